#ifndef EVERYSECOND_H
#define EVERYSECOND_H

struct everysecond;

/* NULL if the thread cannot be started. */
struct everysecond *everysecond_start(void (*work)(void *), void *argument);

void everysecond_stop(struct everysecond *e);

#endif
