package io.modelgate.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelgate.access.Requirement;
import io.modelgate.http.Problem;
import io.modelgate.http.RequestId;
import io.modelgate.identity.People;
import io.modelgate.identity.Reason;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ChallengeTest {

    private static final URI PUBLIC_URL = URI.create("https://gateway.example");
    private static final List<URI> AUTH_URIS =
            List.of(URI.create("https://gateway.example/login"), URI.create("https://idp.example/token"));
    private static final Challenge CHALLENGE = new Challenge(PUBLIC_URL, AUTH_URIS, 401);
    private static final String METADATA =
            "resource_metadata=\"https://gateway.example/.well-known/oauth-protected-resource\"";

    @Test
    void without_a_credential_no_error_code_is_given() {
        var refusal = CHALLENGE.unauthenticated(Reason.NO_CREDENTIAL);
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.headers())
                .containsEntry("WWW-Authenticate", "Bearer realm=\"modelgate\", " + METADATA)
                .containsEntry("Cache-Control", "no-store");
    }

    @Test
    void a_token_that_does_not_hold_is_an_invalid_token() {
        assertThat(CHALLENGE.unauthenticated(Reason.EXPIRED).headers())
                .containsEntry(
                        "WWW-Authenticate",
                        "Bearer realm=\"modelgate\", error=\"invalid_token\", "
                                + "error_description=\"The token expired.\", " + METADATA);
    }

    @Test
    void the_problem_of_a_401_tells_where_to_log_in() {
        var json = problem(CHALLENGE.unauthenticated(Reason.EXPIRED)).toJson(RequestId.random());
        assertThat(json.getString("type")).isEqualTo("urn:modelgate:problem:unauthenticated");
        assertThat(json.getString("reason")).isEqualTo("expired");
        assertThat(json.getJsonArray("auth_uri"))
                .containsExactly("https://gateway.example/login", "https://idp.example/token");
    }

    @Test
    void a_401_is_a_403_where_the_option_says_so() {
        var refusal = new Challenge(PUBLIC_URL, AUTH_URIS, 403).unauthenticated(Reason.NO_CREDENTIAL);
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.headers()).containsKey("WWW-Authenticate");
        assertThat(problem(refusal).toJson(refusal.status(), RequestId.random()).getInteger("status"))
                .isEqualTo(403);
    }

    @Test
    void a_403_says_why_and_not_where_to_log_in() {
        var refusal = CHALLENGE.forbidden(Reason.NOT_IN_GROUP, Requirement.authenticated());
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.headers())
                .containsEntry(
                        "WWW-Authenticate",
                        "Bearer realm=\"modelgate\", error=\"insufficient_scope\", "
                                + "error_description=\"This needs a group you are not in.\", " + METADATA);
        var json = problem(refusal).toJson(RequestId.random());
        assertThat(json.getString("reason")).isEqualTo("not_in_group");
        assertThat(json.containsKey("auth_uri")).isFalse();
    }

    @Test
    void a_403_names_the_scopes_that_would_do_and_nothing_else_of_the_rule() {
        var requirement = new Requirement.Authenticated(
                People.groups("secret-team"),
                People.authorities("SCOPE_models:write", "SCOPE_admin", "ROLE_ADMIN"),
                Optional.empty());
        assertThat(header(CHALLENGE.forbidden(Reason.MISSING_AUTHORITY, requirement)))
                .contains(", scope=\"admin models:write\", ")
                .doesNotContain("secret-team", "ROLE_ADMIN");
    }

    @Test
    void what_may_not_stand_in_a_quoted_string_is_escaped_or_replaced() {
        var requirement = new Requirement.Authenticated(
                Set.of(), People.authorities("SCOPE_a\"b\\c", "SCOPE_d\r\nX: y", "SCOPE_ü"), Optional.empty());
        assertThat(header(CHALLENGE.forbidden(Reason.MISSING_AUTHORITY, requirement)))
                .contains("scope=\"a\\\"b\\\\c d??X: y ?\"")
                .matches("[\\x20-\\x7e]*");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void every_reason_has_words_that_fit_an_error_description(Reason reason) {
        // RFC 6750 §3: %x20-21 / %x23-5B / %x5D-7E
        assertThat(problem(CHALLENGE.unauthenticated(reason)).detail()).matches("[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]+");
    }

    private static Problem problem(Refusal refusal) {
        return refusal.problem().orElseThrow();
    }

    private static String header(Refusal refusal) {
        return refusal.headers().get("WWW-Authenticate");
    }
}
