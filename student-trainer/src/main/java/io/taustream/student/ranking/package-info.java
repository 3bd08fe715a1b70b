/**
 * Kendall's differentiable τ over plain arrays: value and gradient in one pass. Nothing here knows
 * of tensors.
 */
package io.taustream.student.ranking;
