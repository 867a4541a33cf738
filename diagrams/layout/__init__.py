"""A scene in, a picture out: boxes, DOT, Graphviz's programs, labels, legend."""
