/** Views: pure functions of (decoded image, policy, view seed). */
package io.taustream.ingest.view;
