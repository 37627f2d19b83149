/** The whole gateway with the tokens of a real Keycloak, in good times and in bad. */
package io.modelgate.keycloak;
