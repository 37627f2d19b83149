/**
 * Reads one YAML file into typed values and collects everything that is wrong with it.
 *
 * <p>This package knows no feature: each feature owns its configuration record and reads it from a {@link
 * io.modelgate.config.ConfigNode}. A leaf: it imports nothing of ours. Start at {@link
 * io.modelgate.config.ConfigFile}.
 */
@NullMarked
package io.modelgate.config;

import org.jspecify.annotations.NullMarked;
