/** The graph: labelling, joining labels with images, training, evaluation, and what it measures. */
package io.taustream.pipeline.graph;
