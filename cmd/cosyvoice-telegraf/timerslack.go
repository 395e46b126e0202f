package main

// The kernel may let the timers of this program go off 4 ms late. Go's housekeeping
// thread, which looks around every 20 µs as soon as another one works, then does so less
// often. That matters most where the host is busy, since there the others work for longer.

/*
#include <sys/prctl.h>

// Threads inherit their slack from the one that starts them, so it is set before Go's
// runtime starts its first.
__attribute__((constructor)) static void loosen_timers(void) {
	prctl(PR_SET_TIMERSLACK, 4 * 1000 * 1000);
}
*/
import "C"
