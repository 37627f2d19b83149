/** The shipped jar and the demo as processes of their own: how they start, end, and what they need meanwhile. */
package io.modelgate.process;
