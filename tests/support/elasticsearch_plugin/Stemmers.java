package wirewatch;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.de.GermanLightStemFilter;
import org.apache.lucene.analysis.de.GermanMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.es.SpanishLightStemFilter;
import org.apache.lucene.analysis.es.SpanishPluralStemFilter;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.fr.FrenchMinimalStemFilter;
import org.apache.lucene.analysis.it.ItalianLightStemFilter;
import org.apache.lucene.analysis.pt.PortugueseLightStemFilter;
import org.apache.lucene.analysis.pt.PortugueseMinimalStemFilter;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;

/** Stemmers by the names that Elasticsearch has for them. */
final class Stemmers {

    private static final Map<String, UnaryOperator<TokenStream>> OWN = new HashMap<>();

    static {
        OWN.put("english", PorterStemFilter::new);
        OWN.put("porter", PorterStemFilter::new);
        OWN.put("porter2", in -> new SnowballFilter(in, "English"));
        OWN.put("light_english", KStemFilter::new);
        OWN.put("minimal_english", EnglishMinimalStemFilter::new);
        OWN.put("possessive_english", EnglishPossessiveFilter::new);
        OWN.put("light_french", FrenchLightStemFilter::new);
        OWN.put("minimal_french", FrenchMinimalStemFilter::new);
        OWN.put("german2", in -> new SnowballFilter(in, "German"));
        OWN.put("light_german", GermanLightStemFilter::new);
        OWN.put("minimal_german", GermanMinimalStemFilter::new);
        OWN.put("light_italian", ItalianLightStemFilter::new);
        OWN.put("light_portuguese", PortugueseLightStemFilter::new);
        OWN.put("minimal_portuguese", PortugueseMinimalStemFilter::new);
        OWN.put("light_russian", RussianLightStemFilter::new);
        OWN.put("light_spanish", SpanishLightStemFilter::new);
        OWN.put("spanish_plural", SpanishPluralStemFilter::new);
        // Elasticsearch stems these by algorithms other than Snowball's: better none than another.
        for (String language : new String[] { "arabic", "greek", "hindi", "indonesian" }) {
            OWN.put(language, null);
        }
    }

    private Stemmers() {}

    /** By the names of the filter "stemmer": those above, else Snowball's for a language in small letters. */
    static UnaryOperator<TokenStream> stemmer(String language) {
        String name = language.toLowerCase(Locale.ROOT);
        if (OWN.containsKey(name) == false) {
            return snowball(name.isEmpty() ? name : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
        }
        if (OWN.get(name) == null) {
            throw new IllegalArgumentException("the test server has no stemmer [" + language + "]");
        }
        return OWN.get(name);
    }

    /** By the names of the filter "snowball": German, English, French ... */
    static UnaryOperator<TokenStream> snowball(String language) {
        String name = language.equals("German2") ? "German" : language;
        new SnowballFilter(new KeywordTokenizer(), name); // fails at once for a language unknown to it
        return in -> new SnowballFilter(in, name);
    }
}
