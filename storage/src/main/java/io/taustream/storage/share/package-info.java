/** Label files in forms that programs in other languages read and write. */
package io.taustream.storage.share;
