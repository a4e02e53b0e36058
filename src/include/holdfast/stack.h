/* ISC license. */

#ifndef HF_STACK_H
#define HF_STACK_H

/* Gives back the pages of the stack below the one in use, of which a start, or anything that
   happens, takes more than to wait does. To be called where no deeper frame is alive; from
   time to time, since it is a system call. */
extern void hf_stack_release (void) ;

#endif
