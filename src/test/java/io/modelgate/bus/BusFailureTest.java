package io.modelgate.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.http.Problem;
import io.modelgate.http.ProblemType;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BusFailureTest {

    @ParameterizedTest
    @CsvSource({
        "NO_HANDLERS, SERVICE_UNAVAILABLE, 503",
        "TIMEOUT, SERVICE_TIMEOUT, 504",
        "ERROR, INTERNAL, 500",
        "RECIPIENT_FAILURE, INTERNAL, 500"
    })
    void what_the_bus_says_becomes_a_problem(ReplyFailure failure, ProblemType type, int status) {
        var problem = BusFailure.toProblem(new ReplyException(failure, "secret words of somebody"));

        assertThat(problem.type()).isEqualTo(type);
        assertThat(problem.type().status()).isEqualTo(status);
        assertThat(problem.detail()).doesNotContain("secret");
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void a_carried_problem_arrives_whole(ProblemType type) {
        var sent = new Problem(type, "Our words.", Map.of("reason", "expired"));
        var reply = new ReplyException(ReplyFailure.RECIPIENT_FAILURE, type.status(), BusFailure.encode(sent));

        assertThat(BusFailure.toProblem(reply)).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource(
            value = {"null", "''", "[]", "{}", "{\"type\":\"NO_SUCH\"}"},
            nullValues = "null",
            delimiter = '|')
    void a_recipient_failure_that_carries_no_problem_is_internal(String text) {
        var reply = new ReplyException(ReplyFailure.RECIPIENT_FAILURE, -1, text);

        assertThat(BusFailure.toProblem(reply).type()).isEqualTo(ProblemType.INTERNAL);
    }

    @Test
    void any_other_failure_is_internal() {
        assertThat(BusFailure.toProblem(new IllegalStateException("secret")).type())
                .isEqualTo(ProblemType.INTERNAL);
    }
}
