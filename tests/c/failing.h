/* Memory, threads and time that are not there: what the parts of the program `oom` share. */
#ifndef FAILING_H
#define FAILING_H

#include "fastspec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int counting;          /* within the library only */
extern long n_calls, n_live;  /* allocations asked for; blocks the library holds */
extern long failing;          /* the call that fails; 0: none */
extern long threads_left;     /* how many may still be started; -1: any number */
extern int hurried;           /* each look at the clock is a second later than the one before */

extern size_t n_passed, n_failed;
void result(int good, const char *what, size_t i, long n);

void calls_with_failures(void);  /* oom_calls.c */

#endif
