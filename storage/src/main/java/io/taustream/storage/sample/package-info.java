/** What identifies a shard, a sample and a view of it: shared by images and soft labels. */
package io.taustream.storage.sample;
