/** Student networks: one description of each, from which it runs, is counted and is exported. */
package io.taustream.student.model;
