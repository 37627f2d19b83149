package io.modelgate.access;

import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition written in CEL (Common Expression Language) over {@code claims}, {@code method}, {@code host} and
 * {@code path}; nothing else is in reach. The only class that touches CEL, whose first use costs about a second of
 * CPU: a configuration without {@code when} never loads it.
 */
final class CelCondition implements Condition {

    /** Claims come from tokens, so what an expression may spend on them is bounded. */
    private static final CelOptions LIMITS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(4096)
            .maxParseExpressionNodeCount(512)
            .maxParseRecursionDepth(32)
            .comprehensionMaxIterations(1000)
            .maxRegexProgramSize(256)
            .build();

    private static final int MAX_CLAIM_DEPTH = 32;

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(LIMITS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("claims", MapType.create(SimpleType.STRING, SimpleType.DYN))
            .addVar("method", SimpleType.STRING)
            .addVar("host", SimpleType.STRING)
            .addVar("path", SimpleType.STRING)
            .setResultType(SimpleType.BOOL)
            .build();

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(LIMITS).build();

    private final String expression;
    private final CelRuntime.Program program;

    private CelCondition(String expression, CelRuntime.Program program) {
        this.expression = expression;
        this.program = program;
    }

    /** Throws {@link IllegalArgumentException} with CEL's own message where the text is not a condition. */
    static CelCondition compile(String expression) {
        var result = COMPILER.compile(expression);
        try {
            return new CelCondition(expression, RUNTIME.createProgram(result.getAst()));
        } catch (CelValidationException | CelEvaluationException notCel) {
            var issues = result.getErrors().stream().map(CelCondition::inWords).collect(Collectors.joining("; "));
            throw new IllegalArgumentException(issues, notCel);
        }
    }

    private static String inWords(CelIssue issue) {
        var at = issue.getSourceLocation();
        return at.getLine() + ":" + (at.getColumn() + 1) + ": " + issue.getMessage();
    }

    @Override
    public boolean holds(Map<String, Object> claims, RequestFacts facts) {
        try {
            var variables = new HashMap<String, Object>();
            variables.put("claims", map(claims, 0));
            variables.put("host", facts.host());
            variables.put("path", facts.path());
            if (facts.method() != null) {
                variables.put("method", facts.method());
            }
            // Neither an unknown nor any other value that is not a boolean counts as true.
            return Boolean.TRUE.equals(program.eval(variables));
        } catch (CelEvaluationException | RuntimeException undecided) {
            return false;
        }
    }

    /** CEL knows only 64-bit numbers and a null of its own; a claim that is null counts as missing. */
    private static Map<String, Object> map(Map<?, ?> values, int depth) {
        var result = new HashMap<String, Object>();
        values.forEach((key, value) -> {
            if (value != null) {
                result.put(String.valueOf(key), value(value, depth + 1));
            }
        });
        return result;
    }

    private static List<Object> list(List<? extends @Nullable Object> values, int depth) {
        var result = new ArrayList<>();
        for (var value : values) {
            result.add(value == null ? NullValue.NULL_VALUE : value(value, depth + 1));
        }
        return result;
    }

    private static Object value(Object value, int depth) {
        if (depth > MAX_CLAIM_DEPTH) {
            throw new IllegalArgumentException("claims nested too deep");
        }
        if (value instanceof Map<?, ?> map) {
            return map(map, depth);
        }
        if (value instanceof List<?> list) {
            return list(list, depth);
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        return value instanceof Number number && !(value instanceof Long) ? number.doubleValue() : value;
    }

    @Override
    public String toString() {
        return expression;
    }
}
