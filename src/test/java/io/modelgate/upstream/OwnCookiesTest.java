package io.modelgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
final class OwnCookiesTest {

    @ParameterizedTest
    @CsvSource({
        "a=1,                                          a=1",
        "a=1; __Host-modelgate=s,                      a=1",
        "__Host-modelgate=s; a=1,                      a=1",
        "__Host-modelgate=s;a=1;b=2,                   a=1; b=2",
        "a=1; __Host-modelgate-x=s; b=\"q\",           a=1; b=\"q\"",
        "a=1;  __Host-modelgate = s ,                  a=1",
        "a=1; __Host-modelgate; b,                     a=1; b",
        "__Host-modelgates=1,                          __Host-modelgates=1",
        "__host-modelgate=1,                           __host-modelgate=1",
        "a=__Host-modelgate,                           a=__Host-modelgate",
    })
    void only_ours_are_cut_out(String header, String rest) {
        assertThat(Rig.COOKIES.strip(header)).isEqualTo(rest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"__Host-modelgate=s", "__Host-modelgate=s; __Host-modelgate-login=t", "__Host-modelgate-"})
    void a_header_with_nothing_else_is_dropped(String header) {
        assertThat(Rig.COOKIES.strip(header)).isNull();
    }

    @Test
    void a_set_cookie_is_ours_by_its_name_alone() {
        assertThat(Rig.COOKIES.isSetBy("__Host-modelgate=x; Path=/")).isTrue();
        assertThat(Rig.COOKIES.isSetBy(" __Host-modelgate-login =x")).isTrue();
        assertThat(Rig.COOKIES.isSetBy("app=__Host-modelgate=x; Path=/")).isFalse();
    }
}
