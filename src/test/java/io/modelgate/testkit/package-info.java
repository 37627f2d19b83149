/**
 * What tests of several packages share: a real Keycloak, a relay that can be cut, and what to do where a machine lacks
 * a tool. Blocks freely: nothing here runs on an event loop.
 */
package io.modelgate.testkit;
