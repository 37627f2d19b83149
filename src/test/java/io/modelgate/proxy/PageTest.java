package io.modelgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PageTest {

    @Test
    @Tag("CVE-2019-1010247")
    void what_came_from_outside_is_text_and_never_markup() {
        assertThat(Page.escape("<script>alert('a' && \"b\")</script>"))
                .isEqualTo("&lt;script&gt;alert(&#39;a&#39; &amp;&amp; &quot;b&quot;)&lt;/script&gt;");
    }

    @Test
    void no_script_runs_and_nothing_is_fetched_even_if_markup_got_in() {
        assertThat(Page.HEADERS.get("Content-Security-Policy"))
                .contains("default-src 'none'")
                .doesNotContain("script-src");
    }
}
