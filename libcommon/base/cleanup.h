/* cleanup.h - compiler attributes that the whole house uses. Expands to nothing that has state. */
#pragma once

/* The caller may not ignore the returned error. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Calls FN(&variable) when the variable's scope ends, however it ends. FN accepts a NULL content. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* printf-like: FMT is the format's argument number, ARGS the first variadic one (0 for va_list). */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* May give up the processor to other coroutines: nothing shared is trusted across the call. */
#define AWAITS

/* Number of elements of a real array. */
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
