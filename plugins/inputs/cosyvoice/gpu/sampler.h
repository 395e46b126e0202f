/* Takes the cheap readings of some devices once a second and keeps them until they are
 * fetched: in C, see package everysecond. */
#ifndef GPU_SAMPLER_H
#define GPU_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

/* A reading with all bits set is not known, as NVML itself says it. */
struct sample {
	int64_t at;         /* Unix time in milliseconds */
	uint64_t used;      /* bytes of memory, without what the driver reserves */
	uint32_t busy;      /* utilisation in percent */
	uint32_t clock_sm;  /* MHz; not asked for while the device is idle */
	uint32_t target;    /* the number that the device has among the targets */
};

struct sampler;

/* Makes a sampler that uses the NVML library that is open under this name; NULL if there is
 * none, or no memory. */
struct sampler *sampler_new(const char *library);

/* Forgets the devices, and the samples of them. */
void sampler_forget_targets(struct sampler *s);
/* Adds a device, the first one has the number 0; card is the index of its card. */
void sampler_add_target(struct sampler *s, void *device, uint32_t card, bool memory_only);

/* Samples all devices; the argument is a sampler. */
void sampler_round(void *sampler);

/* Moves the oldest samples to out, at most room of them, and returns how many. */
uint32_t sampler_take(struct sampler *s, struct sample *out, uint32_t room);

/* For how many seconds the driver has not answered the question under way. Unless that is 0,
 * card becomes the index of the card in question. */
double sampler_waits(struct sampler *s, uint32_t *card);

#endif
