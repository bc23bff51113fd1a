"""Events to one immutable value: what a turn looks like, without I/O, time or screen."""
