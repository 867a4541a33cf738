"""The matrix around a device -> a plan of rules, and what targets share to write it down."""
