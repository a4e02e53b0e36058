/* A lock that excludes, and is excluded by, everybody: those who use flock (runit,
   daemontools, util-linux) and those who use fcntl locks (s6, databases), on one descriptor. */

#ifndef HF_LOCK_H
#define HF_LOCK_H

/* fd must be open for writing. Takes flock, then an open-file-description lock on the whole
   file where the system has those: unlike a plain fcntl lock that one belongs to the
   descriptor, so children inherit it and closing another descriptor of the file does not drop
   it. 0, or -1 and errno with neither held: EAGAIN busy (never with wait), EINTR a signal came. */
extern int hf_lock (int fd, int wait) ;

/* Opens a lock file for appending, making it with mode 0600: not close-on-exec, since the
   lock is to outlive the exec. Descriptor, or -1 and errno. */
extern int hf_lock_open (char const *file) ;

#endif
