/** How fast a network is, and how many images it is best fed at once. */
package io.taustream.teacher.speed;
