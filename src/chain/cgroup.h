/* Where a control group (version 2) is. */

#ifndef CGROUP_H
#define CGROUP_H

#include <sys/types.h>

#define CGROUP_PATH 3072

extern char const cgroup_invalid[] ;

/* The directory of a group: "/a/b" from the top of the hierarchy, "a" or "../a" from the group
   this process is in. With a root, from there in any case. *top is the length of the part that
   is the top. Null, or why not: cgroup_invalid if the name is none. */
extern char const *cgroup_path (char const *root, char const *group, char *path, size_t *top) ;

/* Of a device, as the kernel writes it. */
extern unsigned int cgroup_major (dev_t dev) ;
extern unsigned int cgroup_minor (dev_t dev) ;

#endif
