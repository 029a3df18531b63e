"""The topic rules that ship: what they find, and the traps they pass."""

from functools import cache
from pathlib import Path

import pytest

import wirewatch
from wirewatch.adapters.automaton import AutomatonMatcher
from wirewatch.adapters.topic_files import load_topics
from wirewatch.core.document import Document
from wirewatch.core.topic_rules import TopicRule
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


def tagged(text: str, language: str) -> set[str]:
    return {topic.id for topic in shipped().tag(Document.of(title="", body=text, language=language))} & MAIN


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
    assert topic in {found.id for found in shipped().tag(Document.of(title="", body=text, language=language))}


def test_all_topics_are_there_in_all_languages() -> None:
    assert {rule.id for rule in rules()} >= MAIN | set(
        "diplomacy elections protest terrorism energy migration cyber nuclear trade war".split()
    )
    for rule in rules():
        assert set(rule.languages) >= LANGUAGES, rule.id
        assert set(rule.labels) >= LANGUAGES, rule.id
        assert rule.mediatopics, rule.id
        assert rule.eurovoc, rule.id
