package wirewatch;

import java.io.Reader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.compound.DictionaryCompoundWordTokenFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.de.GermanNormalizationFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.util.ElisionFilter;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * What the test server's build lacks of the module analysis-common: Lucene's filters under that module's names, settings and defaults.
 * For tests only.
 */
public final class AnalysisForTests extends Plugin implements AnalysisPlugin {

    private static final Pattern UNICODE = Pattern.compile("\\\\u([0-9a-fA-F]{4})");

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> all = new HashMap<>();
        all.put("lowercase", (index, environment, name, settings) -> normalizing(name, LowerCaseFilter::new));
        all.put("trim", (index, environment, name, settings) -> normalizing(name, TrimFilter::new));
        all.put("german_normalization", (index, environment, name, settings) -> normalizing(name, GermanNormalizationFilter::new));
        all.put("asciifolding", (index, environment, name, settings) -> {
            boolean both = settings.getAsBoolean("preserve_original", false);
            return new Normalizing(name, in -> new ASCIIFoldingFilter(in, both), ASCIIFoldingFilter::new);
        });
        all.put("keyword_repeat", (index, environment, name, settings) -> filter(name, KeywordRepeatFilter::new));
        all.put("remove_duplicates", (index, environment, name, settings) -> filter(name, RemoveDuplicatesTokenFilter::new));
        all.put("unique", (index, environment, name, settings) -> {
            boolean here = settings.getAsBoolean("only_on_same_position", false);
            return filter(name, in -> here ? new RemoveDuplicatesTokenFilter(in) : new UniqueFilter(in));
        });
        all.put("stemmer", (index, environment, name, settings) -> {
            String language = settings.get("language", settings.get("name", "porter"));
            return filter(name, Stemmers.stemmer(language));
        });
        all.put("snowball", (index, environment, name, settings) -> {
            String language = settings.get("language", settings.get("name", "English"));
            return filter(name, Stemmers.snowball(language));
        });
        all.put("length", (index, environment, name, settings) -> {
            int min = settings.getAsInt("min", 0);
            int max = settings.getAsInt("max", Integer.MAX_VALUE);
            return filter(name, in -> new LengthFilter(in, min, max));
        });
        all.put("edge_ngram", (index, environment, name, settings) -> {
            int min = settings.getAsInt("min_gram", 1);
            int max = settings.getAsInt("max_gram", 2);
            boolean whole = settings.getAsBoolean("preserve_original", false);
            return filter(name, in -> new EdgeNGramTokenFilter(in, min, max, whole));
        });
        all.put("elision", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
            CharArraySet articles = Analysis.parseArticles(environment, settings);
            return normalizing(name, in -> new ElisionFilter(in, articles));
        }));
        all.put("keyword_marker", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
            CharArraySet words = new CharArraySet(required(settings, "keywords"), settings.getAsBoolean("ignore_case", false));
            return filter(name, in -> new SetKeywordMarkerFilter(in, words));
        }));
        all.put("pattern_replace", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
            Pattern pattern = pattern(settings, null);
            String replacement = settings.get("replacement", "");
            boolean everywhere = settings.getAsBoolean("all", true);
            return normalizing(name, in -> new PatternReplaceFilter(in, pattern, replacement, everywhere));
        }));
        all.put("pattern_capture", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
            Pattern[] patterns = required(settings, "patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            boolean whole = settings.getAsBoolean("preserve_original", true);
            return filter(name, in -> new PatternCaptureGroupTokenFilter(in, whole, patterns));
        }));
        all.put("dictionary_decompounder", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
            CharArraySet words = Analysis.getWordSet(environment, settings, "word_list");
            if (words == null) {
                throw new IllegalArgumentException("word_list must be provided for [" + name + "]");
            }
            int word = settings.getAsInt("min_word_size", 5);
            int min = settings.getAsInt("min_subword_size", 2);
            int max = settings.getAsInt("max_subword_size", 15);
            boolean longest = settings.getAsBoolean("only_longest_match", false);
            return filter(name, in -> new DictionaryCompoundWordTokenFilter(in, words, word, min, max, longest));
        }));
        return all;
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "html_strip", (index, environment, name, settings) -> new Characters(name, HTMLStripCharFilter::new),
            "mapping", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                NormalizeCharMap map = map(Analysis.getWordList(environment, settings, "mappings"));
                return new NormalizingCharacters(name, in -> new MappingCharFilter(map, in));
            }),
            "pattern_replace", AnalysisPlugin.requiresAnalysisSettings((index, environment, name, settings) -> {
                Pattern pattern = pattern(settings, null);
                String replacement = settings.get("replacement", "");
                return new NormalizingCharacters(name, in -> new PatternReplaceCharFilter(pattern, replacement, in));
            })
        );
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "keyword", (index, environment, name, settings) -> {
                int size = settings.getAsInt("buffer_size", KeywordTokenizer.DEFAULT_BUFFER_SIZE);
                return TokenizerFactory.newFactory(name, () -> new KeywordTokenizer(size));
            },
            "whitespace", (index, environment, name, settings) -> TokenizerFactory.newFactory(name, WhitespaceTokenizer::new),
            // For the server's own index of API keys.
            "uax_url_email", (index, environment, name, settings) -> TokenizerFactory.newFactory(name, UAX29URLEmailTokenizer::new),
            "pattern", (index, environment, name, settings) -> {
                Pattern pattern = pattern(settings, "\\W+");
                int group = settings.getAsInt("group", -1);
                return TokenizerFactory.newFactory(name, () -> new PatternTokenizer(pattern, group));
            }
        );
    }

    private static TokenFilterFactory filter(String name, UnaryOperator<TokenStream> make) {
        return new Filter(name, make);
    }

    private static TokenFilterFactory normalizing(String name, UnaryOperator<TokenStream> make) {
        return new Normalizing(name, make, make);
    }

    private static List<String> required(Settings settings, String setting) {
        List<String> values = settings.getAsList(setting);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("[" + setting + "] must be set");
        }
        return values;
    }

    private static Pattern pattern(Settings settings, String otherwise) {
        String pattern = settings.get("pattern", otherwise);
        if (pattern == null) {
            throw new IllegalArgumentException("[pattern] must be set");
        }
        return Regex.compile(pattern, settings.get("flags"));
    }

    private static NormalizeCharMap map(List<String> rules) {
        if (rules == null) {
            throw new IllegalArgumentException("[mappings] must be set");
        }
        NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            int arrow = rule.lastIndexOf("=>");
            if (arrow < 0) {
                throw new IllegalArgumentException("not [from => to]: [" + rule + "]");
            }
            map.add(unescaped(rule.substring(0, arrow)), unescaped(rule.substring(arrow + 2)));
        }
        return map.build();
    }

    /** Spaces around a side mean nothing; a character that is meant literally may be written as backslash, u and four hex digits. */
    private static String unescaped(String side) {
        return UNICODE.matcher(side.strip())
            .replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    private record Filter(String name, UnaryOperator<TokenStream> make) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return make.apply(in);
        }
    }

    private record Normalizing(String name, UnaryOperator<TokenStream> make, UnaryOperator<TokenStream> normal)
        implements
            NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return make.apply(in);
        }

        @Override
        public TokenStream normalize(TokenStream in) {
            return normal.apply(in);
        }
    }

    private record Characters(String name, UnaryOperator<Reader> make) implements CharFilterFactory {
        @Override
        public Reader create(Reader in) {
            return make.apply(in);
        }
    }

    private record NormalizingCharacters(String name, UnaryOperator<Reader> make) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader in) {
            return make.apply(in);
        }
    }
}
