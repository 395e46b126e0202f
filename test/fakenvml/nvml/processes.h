/* The processes that use a device. */
#ifndef FAKENVML_PROCESSES_H
#define FAKENVML_PROCESSES_H

#include "state.h"

/* Whether the driver still knows a process of the state. */
bool process_is_there(const struct process *process);

#endif
