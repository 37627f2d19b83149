package io.modelgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelgate.identity.Group;
import io.modelgate.testkit.Principals;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GroupScopeTest {

    @Test
    void a_member_reads_their_groups_and_what_is_shared() {
        assertThat(GroupScope.readableBy(Principals.member(Instant.MAX, "alice", "team1", "team3")))
                .isEqualTo(GroupScope.of(Set.of(new Group("team1"), new Group("team3"), Group.ALL)));
    }

    @Test
    void a_caller_without_groups_reads_only_what_is_shared() {
        assertThat(GroupScope.readableBy(Principals.member(Instant.MAX, "guest")))
                .isEqualTo(GroupScope.of(Set.of(Group.ALL)));
    }

    @Test
    void an_admin_reads_everything() {
        assertThat(GroupScope.readableBy(Principals.admin(Instant.MAX))).isEqualTo(GroupScope.all());
    }

    @Test
    void no_groups_is_not_everything_but_a_mistake() {
        assertThatThrownBy(() -> GroupScope.of(Set.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
