/// Nothing to call: a program that this is linked into ends with one line where memory is refused.
#ifndef SK_ALLOCATION_FAILURE_H
#define SK_ALLOCATION_FAILURE_H
#endif
