/// Needs no call: a program that this is linked into ends with one line where memory is refused.
#ifndef SK_ALLOCATION_FAILURE_H
#define SK_ALLOCATION_FAILURE_H

/// How often the calling thread has asked for memory; 0 where that is not known.
unsigned long sk_allocation_count(void);

#endif
