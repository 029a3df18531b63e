from functools import cache
from pathlib import Path
from time import process_time

import pytest

import wirewatch
from wirewatch.adapters.automaton import AutomatonMatcher
from wirewatch.adapters.topic_files import load_topics
from wirewatch.core.document import Document
from wirewatch.core.topic_rules import Context, LanguageRules, Term, TopicRule, parse_term, topics_version
from wirewatch.core.topics import TopicTagger

SHIPPED = Path(wirewatch.__file__).parent / "data" / "topics"
MAIN = {"sanctions", "arms", "summit"}
LANGUAGES = {"de", "en", "fr", "es", "pt", "it", "ru", "uk", "pl"}

# Right words in the right sense. Each line: language, topics of the three (s a m), text.
MEANT = """
de s  Brüssel verlängert die Wirtschaftssanktionen um ein halbes Jahr.
de s  Die EU will gegen sieben Generäle Sanktionen verhängen.
de s  Wegen der Sanktionslisten frieren Banken Konten ein.
de s  Das Ölembargo trifft die Raffinerie hart.
de a  Die Rüstungsindustrie meldet volle Auftragsbücher.
de a  Die Regierung genehmigte weitere Waffenlieferungen.
de a  Artilleriefeuer war die ganze Nacht zu hören.
de a  Über die Abrüstung wird in Genf seit Wochen beraten.
de a  Die Ruestungskontrolle steht vor dem Aus.
de a  Die Armee verlor an der Front vierzig Panzer.
de a  Nordkorea hat erneut zwei Raketen getestet.
de m  Der Nato-Gipfel in Den Haag dauert zwei Tage.
de m  Vor dem Gipfel trafen die Präsidenten zu einem Abendessen ein.
de m  Beim Gipfeltreffen blieben Fragen offen.
de m  Die Gipfelteilnehmer verließen die Stadt.
de sa Das Waffenembargo gegen Libyen wird ständig verletzt.
en s  The bloc agreed on a ninth package of sanctions.
en s  Washington imposed sanctions on two shipping firms.
en s  The trade embargo has isolated the island for decades.
en s  Ministers backed an asset freeze and travel bans for the generals.
en a  Arms exports rose for the fourth year in a row.
en a  The army fired artillery across the river.
en a  Militants launched rockets at the border town.
en a  The rebels refuse to disarm before the vote.
en a  A drone strike killed two commanders.
en a  The talks cover tanks, howitzers and ammunition for the army.
en m  The G20 summit ended without a communiqué.
en m  Leaders arrived for the summit late on Thursday.
en m  Heads of state will meet in Nairobi.
en sa The arms embargo on the country expires in May.
fr s  L'Union européenne adopte de nouvelles sanctions contre le régime.
fr s  Le gel des avoirs vise douze généraux.
fr a  Les ventes d'armes à la région ont doublé.
fr a  L'artillerie a pilonné la ville toute la nuit.
fr a  La course aux armements inquiète les voisins.
fr m  Le sommet de l'Otan s'ouvre mardi à La Haye.
fr m  Les dirigeants africains arrivent pour le sommet d'Addis-Abeba.
es s  La Unión Europea prorroga las sanciones contra el régimen.
es s  El embargo petrolero golpea a la isla.
es a  La carrera armamentista preocupa a los vecinos.
es a  El ejército disparó dos misiles de prueba.
es a  La venta de armas al extranjero creció un tercio.
es m  La cumbre de la OTAN terminó sin acuerdo.
es m  Los jefes de Estado llegaron a la cumbre de Bogotá.
pt s  A União Europeia aprovou novas sanções contra o regime.
pt s  O embargo americano completa seis décadas.
pt a  A venda de armas ao exterior cresceu.
pt a  O exército lançou três mísseis no mar.
pt m  A cimeira da NATO começa na terça-feira.
pt m  A cúpula do Mercosul reuniu cinco presidentes.
it s  L'Unione europea proroga le sanzioni contro Mosca.
it s  L'embargo pesa sull'economia dell'isola.
it a  La corsa agli armamenti preoccupa i vicini.
it a  L'artiglieria ha colpito il porto nella notte.
it m  Il vertice della Nato si apre martedì.
it m  I leader europei arrivano al vertice di Bruxelles.
ru s  Евросоюз продлил санкции на полгода.
ru s  Подсанкционный банкир подал жалобу.
ru s  Продовольственное эмбарго действует десять лет.
ru a  Поставки вооружений выросли вдвое.
ru a  Артиллерия вела огонь всю ночь.
ru a  Армия потеряла на фронте сорок танков.
ru a  Стороны обсуждают сокращение ядерного оружия.
ru m  На саммите обсудили вопросы торговли.
ru m  Участники саммита покинули город.
ru m  Страны готовятся к встрече на высшем уровне.
uk s  Євросоюз продовжив санкції на пів року.
uk s  Санкційний список поповнили дев'ять генералів.
uk a  Постачання озброєння зросли вдвічі.
uk a  Артилерія вела вогонь усю ніч.
uk m  На саміті обговорили питання торгівлі.
uk m  Учасники саміту роз'їхалися ввечері.
pl s  Unia Europejska przedłużyła sankcje o pół roku.
pl s  Embargo na ropę uderzyło w rafinerie.
pl a  Wyścig zbrojeń niepokoi sąsiadów.
pl a  Artyleria strzelała przez całą noc.
pl m  Szczyt NATO zaczyna się we wtorek.
pl m  Przywódcy państw przyjechali na szczyt do Wilna.
"""

# The same words in another sense, and words that only look alike.
NOT_MEANT = """
de Das Jobcenter verhängte Sanktionen und kürzte das Bürgergeld.
de Nach dem dritten Fehlen drohen dem Schüler Sanktionen der Schule.
de Der DFB kündigte dem Verein Sanktionen wegen der Fans an.
de Die Richterin wählte die mildeste Sanktion, die das Strafrecht kennt.
de Der Gipfel war verschneit, die Bergsteiger kehrten um.
de Vom Gipfel sieht man bei klarem Wetter die Alpen.
de Am Gipfelkreuz machten wir Rast.
de Das ist der Gipfel der Frechheit!
de Beim Autogipfel ging es um Ladesäulen.
de Die Ausrüstung der Feuerwehr ist veraltet.
de Die Schildkröte zog den Kopf unter ihren Panzer.
de Der Panzer des Käfers schimmert grün.
de Der Waffenstillstand hält seit Montag.
de Die Entrüstung über die Preise war groß.
de Bei einem Treffen sprachen beide über das Wetter.
de Die Rakete brachte zwei Satelliten in den Orbit.
de An Silvester stiegen Raketen über der Stadt auf.
de Sie wurde in die Arme genommen.
en The king sanctioned the marriage of his niece.
en Parliament has yet to sanction the new law.
en The league imposed sanctions on the club over unpaid wages.
en The school threatened sanctions against pupils who skip class.
en The judge imposed sanctions on the lawyer for contempt.
en She held the baby in her arms.
en The family's coat of arms shows a lion.
en He waited with open arms at the station.
en Climbers reached the summit at dawn in deep snow.
en The summit of Mount Rainier was hidden in clouds.
en A retail industry summit drew shop owners from all over the country.
en Tech firms presented gadgets at the Web Summit.
en The fish tank leaked all over the carpet.
en The rocket carried a satellite into orbit.
en The ceasefire has held since Monday.
en The two men held a meeting about the garden.
en Her smile was disarming and honest.
fr Le joueur risque des sanctions disciplinaires.
fr Le tribunal a prononcé une sanction sévère.
fr Les alpinistes ont atteint le sommet enneigé à l'aube.
fr Elle est au sommet de sa carrière.
fr Le blason de la ville porte les armes du comte.
fr Elle l'a pris dans ses bras.
fr Le cessez-le-feu tient depuis lundi.
es Sin embargo, nadie contestó al teléfono.
es Llegaron tarde y, sin embargo, encontraron sitio.
es El juez ordenó el embargo de la vivienda por la deuda.
es El Congreso debe sancionar la ley antes de junio.
es El club recibió una sanción del comité disciplinario.
es Los montañeros alcanzaron la cumbre nevada al amanecer.
es Quedamos en la plaza de armas a las ocho.
es Su mejor arma es la paciencia.
pt O presidente sancionou a lei com dois vetos.
pt O clube recebeu uma sanção da federação desportiva.
pt O tribunal rejeitou os embargos de declaração.
pt A cúpula da catedral foi restaurada.
pt Encontraram-se na praça de armas ao fim da tarde.
it La multa è una sanzione amministrativa per chi parcheggia male.
it Il calciatore rischia una sanzione sportiva.
it La squadra resta al vertice della classifica.
it Il triangolo ha tre lati e ogni vertice un angolo.
it La tenne stretta tra le braccia.
ru Несанкционированный митинг разогнали.
ru Суд дал санкцию на обыск.
ru Лучший бомбардир чемпионата забил дважды.
ru Он окончил школу и служил в вооружённых силах.
ru Ракета вывела спутник на орбиту.
ru На встрече говорили о погоде.
ru Перемирие соблюдается с понедельника.
uk Несанкціонований мітинг розігнали.
uk Ракета вивела супутник на орбіту.
uk Він служив у збройних силах.
pl Klub czekają sankcje dyscyplinarne.
pl Zdobyli szczyt w Tatrach mimo śniegu.
pl W godzinach szczytu tramwaje stoją.
pl Jest u szczytu kariery.
pl Zawieszenie broni trwa od poniedziałku.
"""

# The other topics, each in all languages: topic, language, text.
OTHERS = """
diplomacy de Der Botschafter wurde ins Außenministerium einbestellt.
diplomacy en Both countries expelled diplomats and closed their embassies.
diplomacy fr L'ambassadeur a été convoqué au ministère des Affaires étrangères.
diplomacy es Los dos países rompieron relaciones diplomáticas.
diplomacy pt Os dois países romperam relações diplomáticas.
diplomacy it L'ambasciatore è stato convocato alla Farnesina, gelo nelle relazioni diplomatiche.
diplomacy ru Стороны разорвали дипломатические отношения.
diplomacy uk Сторони розірвали дипломатичні відносини.
diplomacy pl Oba kraje zerwały stosunki dyplomatyczne.
elections de Bei der Parlamentswahl verlor die Regierung ihre Mehrheit.
elections en The ruling party won the parliamentary election.
elections fr Le parti au pouvoir a remporté les élections législatives.
elections es El partido ganó las elecciones legislativas.
elections pt O partido venceu as eleições legislativas.
elections it Il partito ha vinto le elezioni politiche.
elections ru Партия выиграла парламентские выборы.
elections uk Партія виграла парламентські вибори.
elections pl Partia wygrała wybory parlamentarne.
protest de Zehntausende Demonstranten zogen durch die Hauptstadt.
protest en Thousands of protesters marched through the capital.
protest fr Des milliers de manifestants ont défilé dans la capitale.
protest es Miles de manifestantes marcharon por la capital.
protest pt Milhares de manifestantes desfilaram na capital.
protest it Migliaia di manifestanti hanno sfilato nella capitale.
protest ru Тысячи протестующих вышли на улицы.
protest uk Тисячі протестувальників вийшли на вулиці.
protest pl Tysiące demonstrantów przeszły ulicami stolicy.
terrorism de Nach dem Terroranschlag wurde die Grenze geschlossen.
terrorism en A suicide bomber killed nine people in the terrorist attack.
terrorism fr L'attentat terroriste a fait neuf morts.
terrorism es El atentado terrorista dejó nueve muertos.
terrorism pt O atentado terrorista fez nove mortos.
terrorism it L'attentato terroristico ha causato nove morti.
terrorism ru При теракте погибли девять человек.
terrorism uk Під час теракту загинули дев'ять людей.
terrorism pl W zamachu terrorystycznym zginęło dziewięć osób.
energy de Die Gaspreise steigen, die Energieversorgung ist gefährdet.
energy en Natural gas prices rose as the energy crisis deepened.
energy fr Les prix du gaz grimpent avec la crise énergétique.
energy es La crisis energética dispara el precio del gas.
energy pt A crise energética fez subir o preço do gás.
energy it La crisi energetica fa salire il prezzo del gas.
energy ru Энергетический кризис поднял цены на газ.
energy uk Енергетична криза підняла ціни на газ.
energy pl Kryzys energetyczny podniósł ceny gazu.
migration de Die Zahl der Asylbewerber ist gesunken.
migration en The number of asylum seekers has fallen.
migration fr Le nombre de demandeurs d'asile a baissé.
migration es El número de solicitantes de asilo ha bajado.
migration pt O número de requerentes de asilo diminuiu.
migration it Il numero dei richiedenti asilo è calato.
migration ru Число беженцев сократилось.
migration uk Кількість біженців зменшилася.
migration pl Liczba uchodźców spadła.
cyber de Ein Hackerangriff legte die Verwaltung lahm.
cyber en A ransomware attack shut down the city administration.
cyber fr Une cyberattaque a paralysé l'administration.
cyber es Un ciberataque paralizó la administración.
cyber pt Um ciberataque paralisou a administração.
cyber it Un attacco hacker ha paralizzato l'amministrazione.
cyber ru Кибератака парализовала администрацию.
cyber uk Кібератака паралізувала адміністрацію.
cyber pl Cyberatak sparaliżował urząd.
nuclear de Das Atomkraftwerk ging wieder ans Netz.
nuclear en Iran expanded its uranium enrichment.
nuclear fr La centrale nucléaire a redémarré.
nuclear es La central nuclear volvió a funcionar.
nuclear pt A central nuclear voltou a funcionar, disse a AIEA.
nuclear it La centrale nucleare è ripartita.
nuclear ru Иран расширил обогащение урана.
nuclear uk Іран розширив збагачення урану.
nuclear pl Elektrownia jądrowa znów działa.
trade de Das Freihandelsabkommen wurde nach Jahren unterzeichnet.
trade en The two blocs signed a free trade agreement.
trade fr Les deux blocs ont signé un accord de libre-échange.
trade es Los dos bloques firmaron un acuerdo de libre comercio.
trade pt Os dois blocos assinaram um acordo de livre comércio.
trade it I due blocchi hanno firmato un accordo di libero scambio.
trade ru Стороны подписали соглашение о свободной торговле.
trade uk Сторони підписали угоду про вільну торгівлю.
trade pl Strony podpisały umowę o wolnym handlu.
war de Im Bürgerkrieg starben Zehntausende.
war en Troops launched an offensive and the civil war spread.
war fr La guerre civile a fait des milliers de morts.
war es La guerra civil dejó miles de muertos.
war pt A guerra civil fez milhares de mortos.
war it La guerra civile ha causato migliaia di morti.
war ru Гражданская война унесла тысячи жизней.
war uk Громадянська війна забрала тисячі життів.
war pl Wojna domowa pochłonęła tysiące ofiar.
"""


@cache
def rules() -> tuple[TopicRule, ...]:
    return load_topics((SHIPPED,))


@cache
def shipped() -> TopicTagger:
    return TopicTagger(rules(), AutomatonMatcher)


def document(body: str, *, title: str = "", language: str = "en") -> Document:
    return Document.of(title=title, body=body, language=language)


def tagged(text: str, language: str) -> set[str]:
    return {topic.id for topic in shipped().tag(document(text, language=language))} & MAIN


@pytest.mark.parametrize("line", MEANT.strip().splitlines())
def test_finds_what_is_meant(line: str) -> None:
    language, letters, text = line.split(maxsplit=2)
    assert tagged(text, language) == {{"s": "sanctions", "a": "arms", "m": "summit"}[letter] for letter in letters}


@pytest.mark.parametrize("line", NOT_MEANT.strip().splitlines())
def test_leaves_other_senses(line: str) -> None:
    language, text = line.split(maxsplit=1)
    assert tagged(text, language) == set()


@pytest.mark.parametrize("line", OTHERS.strip().splitlines())
def test_finds_the_other_topics(line: str) -> None:
    topic, language, text = line.split(maxsplit=2)
    assert topic in {found.id for found in shipped().tag(document(text, language=language))}


def test_all_topics_are_there_in_all_languages() -> None:
    assert {rule.id for rule in rules()} >= MAIN | set(
        "diplomacy elections protest terrorism energy migration cyber nuclear trade war".split()
    )
    for rule in rules():
        assert set(rule.languages) >= LANGUAGES, rule.id
        assert set(rule.labels) >= LANGUAGES, rule.id
        assert rule.mediatopics, rule.id
        assert rule.eurovoc, rule.id


def one(*terms: Term, exceptions: tuple[str, ...] = (), title_boost: float = 2.0) -> TopicTagger:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules(terms, exceptions)}, title_boost=title_boost)
    return TopicTagger((rule,), AutomatonMatcher)


def phrases(tagger: TopicTagger, body: str, *, title: str = "") -> list[str]:
    return [item.phrase for topic in tagger.tag(document(body, title=title)) for item in topic.evidence]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("arms", "Arms and men", ["Arms"]),
        ("arms", "alarms, armsful", []),
        ("arm*", "alarms, armsful", ["armsful"]),
        ("*arms", "alarms, armsful", ["alarms"]),
        ("*arms*", "alarmsome", ["alarmsome"]),
        ("arms race", "an arms-race", ["arms-race"]),
        ("arms race", "arms and a race", []),
        ("u s sanctions", "the U.S. sanctions", ["U.S. sanctions"]),
        ("freez* the asset*", "freezing the assets", ["freezing the assets"]),
        ("*zen the as*", "frozen the\nassets", ["frozen the\nassets"]),
        ("*zen the as*", "frozen, the assets", []),
        ("élysée", "in the Elysee", ["Elysee"]),
        ("summit", "summit", ["summit"]),
    ],
)
def test_term_syntax(term: str, text: str, found: list[str]) -> None:
    assert phrases(one(Term(term)), text) == found


def test_german_spellings() -> None:
    assert {words[0].literal for words in parse_term("Rüstungs*", "de")} == {"rustungs", "ruestungs"}
    assert {words[0].literal for words in parse_term("Außenhandel", "de")} == {"außenhandel", "aussenhandel"}
    assert {words[0].literal for words in parse_term("über", "pl")} == {"uber"}


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("*", "no letter"),
        ("a*b", "star"),
        ("**ab", "star"),
        ("ab*", "short"),
        ("*abc*", "short"),
        ("–", "no letter"),
    ],
)
def test_a_bad_term_says_what_is_wrong(term: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_term(term, "en")


def test_evidence_holds_offsets_of_the_text_as_written() -> None:
    text = "“Élan” – the E.U. froze Çelik’s assets"
    (topic,) = one(Term("asset*")).tag(document(text, title="Assets"))
    assert [(item.field, text[item.start : item.end] if item.field == "body" else item.phrase) for item in topic.evidence] == [
        ("title", "Assets"),
        ("body", "assets"),
    ]
    assert [item.weight for item in topic.evidence] == [2.0, 1.0]
    assert topic.evidence[0].term == "asset*"


def test_the_longest_of_overlapping_terms_counts_and_only_once() -> None:
    tagger = one(Term("arms"), Term("arms race", weight=2), Term("*arms"))
    (topic,) = tagger.tag(document("the arms race"))
    assert [(item.phrase, item.weight) for item in topic.evidence] == [("arms race", 2.0)]
    assert topic.score == 2


def test_a_term_whose_context_fits_wins_over_one_as_long_whose_does_not() -> None:
    tagger = one(Term("tank*", near=Context(("army",), "en")), Term("tanks", weight=1))
    assert phrases(tagger, "tanks rolled") == ["tanks"]


def test_exceptions_hide_what_they_cover_but_not_what_is_longer() -> None:
    tagger = one(Term("arms"), Term("coat of arms dealer"), exceptions=("coat of arms",))
    assert phrases(tagger, "a coat of arms") == []
    assert phrases(tagger, "a coat of arms dealer") == ["coat of arms dealer"]
    assert phrases(tagger, "a coat of arms, and arms") == ["arms"]


def test_near_and_unless_look_at_so_many_words_on_either_side() -> None:
    near = one(Term("tank", near=Context(("army",), "en"), within=2))
    assert phrases(near, "the army lost its tank") == []
    assert phrases(near, "the army lost tank") == ["tank"]
    assert phrases(near, "tank of army") == ["tank"]
    unless = one(Term("tank", unless=Context(("fish", "think*"), "en"), within=2))
    assert phrases(unless, "a fish tank") == []
    assert phrases(unless, "a tank for thinkers") == []
    assert phrases(unless, "fish eat near a tank") == ["tank"]


def test_a_phrase_is_no_context_if_the_term_stands_in_its_middle() -> None:
    tagger = one(Term("big", near=Context(("white house",), "en")))
    assert phrases(tagger, "white big house") == []
    assert phrases(tagger, "big white house") == ["big"]


def test_a_title_finds_its_context_in_the_lead() -> None:
    tagger = one(Term("summit", near=Context(("leaders",), "en")))
    assert phrases(tagger, "The leaders met for hours and went home again", title="Summit fails") == ["Summit"]
    assert phrases(tagger, "Nobody met", title="Summit fails") == []


def test_one_sense_in_one_text() -> None:
    tagger = one(Term("summit", unless=Context(("snow",), "en"), within=3))
    mountain = "The summit in snow. Snow on the summit. They left for home at noon and saw the summit."
    assert phrases(tagger, mountain) == []
    reasons = [item["reason"] for item in tagger.explain(document(mountain)).dropped]
    assert reasons == ["near 'snow', in another sense", "near 'snow', in another sense", "in another sense elsewhere in the text"]


def test_a_mention_in_passing_does_not_tag_a_long_article() -> None:
    filler = "The council talked about the town hall roof and the price of bread. " * 40
    tagger = shipped()
    passing = document(f"{filler} One speaker mentioned economic sanctions. {filler}", title="Council meets")
    assert tagger.tag(passing) == ()
    about = document(
        f"New economic sanctions take effect today. {filler} The sanctions hit banks. {filler}", title="EU sanctions hit banks"
    )
    assert [topic.id for topic in tagger.tag(about)] == ["sanctions"]


def test_title_and_lead_count_more_and_repetition_less_and_less() -> None:
    filler = "bread and butter " * 200
    tagger = one(Term("treaty"))

    def score(body: str, title: str = "x") -> float:
        explained = tagger.explain(document(body, title=title))
        return explained.topics[0].score if explained.topics else float(explained.dropped[0]["reason"].split()[2].rstrip(","))

    late = score(f"{filler} treaty")
    assert score(f"treaty {filler}") > late
    assert score(filler, title="Treaty") > score(f"treaty {filler}")
    twice, thrice = score(f"{filler} treaty treaty"), score(f"{filler} treaty treaty treaty")
    assert late < twice < 2 * late
    assert thrice - twice < twice - late


def test_score_is_one_at_the_threshold() -> None:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules((Term("war", weight=2), Term("truce", weight=1)))}, threshold=3)
    tagger = TopicTagger((rule,), AutomatonMatcher)
    assert tagger.tag(document("war")) == ()
    (topic,) = tagger.tag(document("war and truce"))
    assert topic.score == 1


def test_topics_are_ordered_by_score() -> None:
    text = "Arms exports, arms sales and missiles: the arms embargo is lifted."
    topics = shipped().tag(document(text))
    assert [topic.id for topic in topics][:2] == ["arms", "sanctions"]
    assert topics[0].score > topics[1].score


@pytest.mark.parametrize("language", ["und", "nl", "ja"])
def test_a_language_without_rules_gets_no_topics(language: str) -> None:
    assert shipped().tag(document("EU sanctions Gipfel Waffen санкции", language=language)) == ()


def test_nothing_in_nothing_out() -> None:
    assert shipped().tag(document("")) == ()
    assert TopicTagger((), AutomatonMatcher).tag(document("war")) == ()


def test_explain_tells_what_was_not_taken_and_why() -> None:
    text = "The army wants arms control; she took it in her arms."
    explained = one(Term("arms control"), Term("arms"), exceptions=("in her arms",)).explain(document(text))
    assert [topic.id for topic in explained.topics] == ["t"]
    (dropped,) = explained.dropped
    assert text[dropped["start"] : dropped["end"]] == dropped["text"] == "arms"
    assert (dropped["field"], dropped["what"]) == ("body", "t")
    assert dropped["reason"] == "part of 'in her arms', an exception of the rule"


def test_explain_shows_topics_under_their_threshold_and_missing_context() -> None:
    tagger = one(Term("ban", weight=0.4), Term("asset", near=Context(("frozen",), "en")))
    explained = tagger.explain(document("A ban on the asset"))
    assert explained.topics == ()
    assert {(item["text"], item["reason"]) for item in explained.dropped} == {
        ("ban", "topic scores 0.40, under 1"),
        ("asset", "without the words it needs within 8"),
    }


def test_version_changes_with_the_rules_and_not_with_their_order() -> None:
    first, second = rules()[:2]
    assert topics_version((first, second)) == topics_version((second, first))
    assert topics_version((first, second)) != topics_version((first,))
    other = TopicRule(id=first.id, labels=first.labels, languages=first.languages, threshold=first.threshold + 1)
    assert topics_version((other, second)) != topics_version((first, second))
    near = LanguageRules((Term("a", near=Context(("b",), "en")),))
    far = LanguageRules((Term("a", near=Context(("c",), "en")),))
    versions = {topics_version((TopicRule(id="t", labels={}, languages={"en": own}),)) for own in (near, far)}
    assert len(versions) == 2


def test_version_does_not_depend_on_what_was_tagged() -> None:
    rule = TopicRule(id="t", labels={}, languages={"en": LanguageRules((Term("a", near=Context(("b",), "en")),))})
    before = topics_version((rule,))
    TopicTagger((rule,), AutomatonMatcher).tag(document("a b"))
    assert topics_version((rule,)) == before


def test_time_grows_with_the_text_and_not_with_its_square() -> None:
    text = "Sin embargo, las armas y la cumbre. "

    def seconds(times: int) -> float:
        long = document(text * times, language="es")
        begin = process_time()
        shipped().tag(long)
        return process_time() - begin

    seconds(10)
    # Sixteen times the text: 16 where time is linear, 256 where it is quadratic.
    assert seconds(16_000) < 64 * max(seconds(1_000), 0.005)
