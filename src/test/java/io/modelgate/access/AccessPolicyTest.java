package io.modelgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.modelgate.identity.Caller;
import io.modelgate.identity.People;
import io.modelgate.identity.Principal;
import io.modelgate.identity.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AccessPolicyTest {

    private static final RequestFacts FACTS = new RequestFacts("GET", "gateway.example", "/a");
    private static final Caller NOBODY = new Caller.Anonymous(Reason.NO_CREDENTIAL);

    static Stream<Arguments> decisions() {
        var team1 = requirement(Set.of("team1"), Set.of());
        var team1Or2 = requirement(Set.of("team1", "team2"), Set.of());
        var admin = requirement(Set.of(), Set.of("ROLE_ADMIN"));
        var team1Admin = requirement(Set.of("team1"), Set.of("ROLE_ADMIN"));
        return Stream.of(
                argumentSet("public, nobody", Requirement.anybody(), NOBODY, "granted"),
                argumentSet("public, bad token", Requirement.anybody(), nobody(Reason.EXPIRED), "granted"),
                argumentSet("public, alice", Requirement.anybody(), known(People.alice()), "granted"),
                argumentSet("authenticated, nobody", Requirement.authenticated(), NOBODY, "401 no_credential"),
                argumentSet(
                        "authenticated, expired", Requirement.authenticated(), nobody(Reason.EXPIRED), "401 expired"),
                argumentSet("authenticated, alice", Requirement.authenticated(), known(People.alice()), "granted"),
                argumentSet("group, nobody", team1, NOBODY, "401 no_credential"),
                argumentSet("group, member", team1, known(People.alice("team1")), "granted"),
                argumentSet("group, member of another", team1, known(People.alice("team2")), "403 not_in_group"),
                argumentSet("group, other case", team1, known(People.alice("Team1")), "403 not_in_group"),
                argumentSet("group, in no group", team1, known(People.alice()), "403 not_in_group"),
                argumentSet("group, admin", team1, known(People.aliceWith("ROLE_ADMIN")), "403 not_in_group"),
                argumentSet(
                        "group, authority of that name",
                        team1,
                        known(People.aliceWith("GROUP_team1", "team1")),
                        "403 not_in_group"),
                argumentSet("any of two groups", team1Or2, known(People.alice("team2", "team3")), "granted"),
                argumentSet("authority, holder", admin, known(People.aliceWith("ROLE_ADMIN")), "granted"),
                argumentSet("authority, none", admin, known(People.alice()), "403 missing_authority"),
                argumentSet(
                        "authority, group of that name",
                        admin,
                        known(People.alice("ROLE_ADMIN")),
                        "403 missing_authority"),
                argumentSet("both, only group", team1Admin, known(People.alice("team1")), "403 missing_authority"),
                argumentSet(
                        "both, only authority", team1Admin, known(People.aliceWith("ROLE_ADMIN")), "403 not_in_group"),
                argumentSet(
                        "both, both",
                        team1Admin,
                        known(People.principal("a", Set.of("team1"), Set.of("ROLE_ADMIN"), Map.of())),
                        "granted"),
                argumentSet("denied, nobody", Requirement.denied(), NOBODY, "401 no_credential"),
                argumentSet(
                        "denied, admin", Requirement.denied(), known(People.aliceWith("ROLE_ADMIN")), "403 no_rule"));
    }

    @ParameterizedTest
    @MethodSource("decisions")
    void the_decision_is(Requirement requirement, Caller caller, String expected) {
        assertThat(inWords(AccessPolicy.decide(caller, requirement, AccessPolicyTest::notAsked)))
                .isEqualTo(expected);
    }

    @Test
    void a_granted_access_carries_the_caller_it_was_decided_for() {
        var alice = known(People.alice());
        assertThat(AccessPolicy.decide(alice, Requirement.authenticated(), AccessPolicyTest::notAsked))
                .isEqualTo(new Access.Granted(alice));
        assertThat(AccessPolicy.decide(NOBODY, Requirement.anybody(), AccessPolicyTest::notAsked))
                .isEqualTo(new Access.Granted(NOBODY));
    }

    @Test
    void a_condition_that_does_not_hold_forbids() {
        var alice = known(People.alice());
        assertThat(inWords(AccessPolicy.decide(alice, when((claims, facts) -> false), () -> FACTS)))
                .isEqualTo("403 condition_false");
        assertThat(inWords(AccessPolicy.decide(alice, when((claims, facts) -> facts.equals(FACTS)), () -> FACTS)))
                .isEqualTo("granted");
    }

    @Test
    void a_condition_cannot_replace_a_group() {
        var requirement =
                new Requirement.Authenticated(People.groups("team1"), Set.of(), Optional.of((claims, facts) -> true));
        assertThat(inWords(AccessPolicy.decide(known(People.alice("team2")), requirement, () -> FACTS)))
                .isEqualTo("403 not_in_group");
    }

    @Test
    void a_condition_does_not_let_nobody_in() {
        assertThat(inWords(AccessPolicy.decide(NOBODY, when((claims, facts) -> true), () -> FACTS)))
                .isEqualTo("401 no_credential");
    }

    private static RequestFacts notAsked() {
        throw new AssertionError("only a condition needs the facts");
    }

    private static Requirement requirement(Set<String> groups, Set<String> authorities) {
        return new Requirement.Authenticated(
                People.groups(groups.toArray(String[]::new)),
                People.authorities(authorities.toArray(String[]::new)),
                Optional.empty());
    }

    private static Requirement when(Condition condition) {
        return new Requirement.Authenticated(Set.of(), Set.of(), Optional.of(condition));
    }

    private static Caller known(Principal principal) {
        return new Caller.Known(principal);
    }

    private static Caller nobody(Reason reason) {
        return new Caller.Anonymous(reason);
    }

    private static String inWords(Access access) {
        return access.fold(
                granted -> "granted",
                unauthenticated -> "401 " + unauthenticated.reason().code(),
                forbidden -> "403 " + forbidden.reason().code());
    }
}
