/* Names of the system calls of all machines, in order; from the kernel's asm/unistd.h of x86 (64
   and 32 bits), its asm-generic/unistd.h, and a few of other machines. A name that a machine does not have comes out as
   itself, "__NR_name"; otherwise the text is its number, or a sum. */

#ifndef CALLNAMES_H
#define CALLNAMES_H

#include <asm/unistd.h>

/* Newer than many headers. Since 424 all machines but Alpha number alike. */
#ifndef __alpha__
# ifndef __NR_cachestat
#  define __NR_cachestat 451
# endif
# ifndef __NR_fchmodat2
#  define __NR_fchmodat2 452
# endif
# ifndef __NR_map_shadow_stack
#  define __NR_map_shadow_stack 453
# endif
# ifndef __NR_futex_wake
#  define __NR_futex_wake 454
# endif
# ifndef __NR_futex_wait
#  define __NR_futex_wait 455
# endif
# ifndef __NR_futex_requeue
#  define __NR_futex_requeue 456
# endif
# ifndef __NR_statmount
#  define __NR_statmount 457
# endif
# ifndef __NR_listmount
#  define __NR_listmount 458
# endif
# ifndef __NR_lsm_get_self_attr
#  define __NR_lsm_get_self_attr 459
# endif
# ifndef __NR_lsm_set_self_attr
#  define __NR_lsm_set_self_attr 460
# endif
# ifndef __NR_lsm_list_modules
#  define __NR_lsm_list_modules 461
# endif
# ifndef __NR_mseal
#  define __NR_mseal 462
# endif
# ifndef __NR_setxattrat
#  define __NR_setxattrat 463
# endif
# ifndef __NR_getxattrat
#  define __NR_getxattrat 464
# endif
# ifndef __NR_listxattrat
#  define __NR_listxattrat 465
# endif
# ifndef __NR_removexattrat
#  define __NR_removexattrat 466
# endif
# ifndef __NR_open_tree_attr
#  define __NR_open_tree_attr 467
# endif
# ifndef __NR_file_getattr
#  define __NR_file_getattr 468
# endif
# ifndef __NR_file_setattr
#  define __NR_file_setattr 469
# endif
#endif

#define CALL_TEXT_(x) #x
#define CALL_TEXT(x) CALL_TEXT_(x)
#define C(name) { #name, CALL_TEXT(__NR_##name) },

static struct call { char const *name, *number ; } const calls[] =
{
  C(_llseek) C(_newselect) C(_sysctl) C(accept) C(accept4) C(access) C(acct) C(add_key) C(adjtimex)
  C(afs_syscall) C(alarm) C(arch_prctl) C(arm_fadvise64_64) C(arm_sync_file_range) C(bdflush) C(bind) C(bpf)
  C(break) C(brk) C(cacheflush) C(cachestat) C(capget) C(capset) C(chdir) C(chmod) C(chown) C(chown32)
  C(chroot) C(clock_adjtime) C(clock_adjtime64) C(clock_getres) C(clock_getres_time64) C(clock_gettime)
  C(clock_gettime64) C(clock_nanosleep) C(clock_nanosleep_time64) C(clock_settime) C(clock_settime64) C(clone)
  C(clone3) C(close) C(close_range) C(connect) C(copy_file_range) C(creat) C(create_module) C(delete_module)
  C(dup) C(dup2) C(dup3) C(epoll_create) C(epoll_create1) C(epoll_ctl) C(epoll_ctl_old) C(epoll_pwait)
  C(epoll_pwait2) C(epoll_wait) C(epoll_wait_old) C(eventfd) C(eventfd2) C(execve) C(execveat) C(exit)
  C(exit_group) C(faccessat) C(faccessat2) C(fadvise64) C(fadvise64_64) C(fallocate) C(fanotify_init)
  C(fanotify_mark) C(fchdir) C(fchmod) C(fchmodat) C(fchmodat2) C(fchown) C(fchown32) C(fchownat) C(fcntl)
  C(fcntl64) C(fdatasync) C(fgetxattr) C(file_getattr) C(file_setattr) C(finit_module) C(flistxattr) C(flock)
  C(fork) C(fremovexattr) C(fsconfig) C(fsetxattr) C(fsmount) C(fsopen) C(fspick) C(fstat) C(fstat64)
  C(fstatat64) C(fstatfs) C(fstatfs64) C(fsync) C(ftime) C(ftruncate) C(ftruncate64) C(futex) C(futex_requeue)
  C(futex_time64) C(futex_wait) C(futex_waitv) C(futex_wake) C(futimesat) C(get_kernel_syms) C(get_mempolicy)
  C(get_robust_list) C(get_thread_area) C(getcpu) C(getcwd) C(getdents) C(getdents64) C(getegid) C(getegid32)
  C(geteuid) C(geteuid32) C(getgid) C(getgid32) C(getgroups) C(getgroups32) C(getitimer) C(getpeername)
  C(getpgid) C(getpgrp) C(getpid) C(getpmsg) C(getppid) C(getpriority) C(getrandom) C(getresgid)
  C(getresgid32) C(getresuid) C(getresuid32) C(getrlimit) C(getrusage) C(getsid) C(getsockname) C(getsockopt)
  C(gettid) C(gettimeofday) C(getuid) C(getuid32) C(getxattr) C(getxattrat) C(gtty) C(idle) C(init_module)
  C(inotify_add_watch) C(inotify_init) C(inotify_init1) C(inotify_rm_watch) C(io_cancel) C(io_destroy)
  C(io_getevents) C(io_pgetevents) C(io_pgetevents_time64) C(io_setup) C(io_submit) C(io_uring_enter)
  C(io_uring_register) C(io_uring_setup) C(ioctl) C(ioperm) C(iopl) C(ioprio_get) C(ioprio_set) C(ipc) C(kcmp)
  C(kexec_file_load) C(kexec_load) C(keyctl) C(kill) C(landlock_add_rule) C(landlock_create_ruleset)
  C(landlock_restrict_self) C(lchown) C(lchown32) C(lgetxattr) C(link) C(linkat) C(listen) C(listmount)
  C(listxattr) C(listxattrat) C(llistxattr) C(llseek) C(lock) C(lookup_dcookie) C(lremovexattr) C(lseek)
  C(lsetxattr) C(lsm_get_self_attr) C(lsm_list_modules) C(lsm_set_self_attr) C(lstat) C(lstat64) C(madvise)
  C(map_shadow_stack) C(mbind) C(membarrier) C(memfd_create) C(memfd_secret) C(migrate_pages) C(mincore)
  C(mkdir) C(mkdirat) C(mknod) C(mknodat) C(mlock) C(mlock2) C(mlockall) C(mmap) C(mmap2) C(modify_ldt)
  C(mount) C(mount_setattr) C(move_mount) C(move_pages) C(mprotect) C(mpx) C(mq_getsetattr) C(mq_notify)
  C(mq_open) C(mq_timedreceive) C(mq_timedreceive_time64) C(mq_timedsend) C(mq_timedsend_time64) C(mq_unlink)
  C(mremap) C(mseal) C(msgctl) C(msgget) C(msgrcv) C(msgsnd) C(msync) C(multiplexer) C(munlock) C(munlockall)
  C(munmap) C(name_to_handle_at) C(nanosleep) C(newfstatat) C(nfsservctl) C(nice) C(oldfstat) C(oldlstat)
  C(oldolduname) C(oldstat) C(olduname) C(open) C(open_by_handle_at) C(open_tree) C(open_tree_attr) C(openat)
  C(openat2) C(pause) C(pciconfig_iobase) C(pciconfig_read) C(pciconfig_write) C(perf_event_open)
  C(personality) C(pidfd_getfd) C(pidfd_open) C(pidfd_send_signal) C(pipe) C(pipe2) C(pivot_root)
  C(pkey_alloc) C(pkey_free) C(pkey_mprotect) C(poll) C(ppoll) C(ppoll_time64) C(prctl) C(pread64) C(preadv)
  C(preadv2) C(prlimit64) C(process_madvise) C(process_mrelease) C(process_vm_readv) C(process_vm_writev)
  C(prof) C(profil) C(pselect6) C(pselect6_time64) C(ptrace) C(putpmsg) C(pwrite64) C(pwritev) C(pwritev2)
  C(query_module) C(quotactl) C(quotactl_fd) C(read) C(readahead) C(readdir) C(readlink) C(readlinkat)
  C(readv) C(reboot) C(recvfrom) C(recvmmsg) C(recvmmsg_time64) C(recvmsg) C(remap_file_pages) C(removexattr)
  C(removexattrat) C(rename) C(renameat) C(renameat2) C(request_key) C(restart_syscall) C(riscv_flush_icache)
  C(riscv_hwprobe) C(rmdir) C(rseq) C(rt_sigaction) C(rt_sigpending) C(rt_sigprocmask) C(rt_sigqueueinfo)
  C(rt_sigreturn) C(rt_sigsuspend) C(rt_sigtimedwait) C(rt_sigtimedwait_time64) C(rt_tgsigqueueinfo) C(rtas)
  C(s390_guarded_storage) C(s390_pci_mmio_read) C(s390_pci_mmio_write) C(s390_runtime_instr) C(s390_sthyi)
  C(sched_get_priority_max) C(sched_get_priority_min) C(sched_getaffinity) C(sched_getattr) C(sched_getparam)
  C(sched_getscheduler) C(sched_rr_get_interval) C(sched_rr_get_interval_time64) C(sched_setaffinity)
  C(sched_setattr) C(sched_setparam) C(sched_setscheduler) C(sched_yield) C(seccomp) C(security) C(select)
  C(semctl) C(semget) C(semop) C(semtimedop) C(semtimedop_time64) C(sendfile) C(sendfile64) C(sendmmsg)
  C(sendmsg) C(sendto) C(set_mempolicy) C(set_mempolicy_home_node) C(set_robust_list) C(set_thread_area)
  C(set_tid_address) C(setdomainname) C(setfsgid) C(setfsgid32) C(setfsuid) C(setfsuid32) C(setgid)
  C(setgid32) C(setgroups) C(setgroups32) C(sethostname) C(setitimer) C(setns) C(setpgid) C(setpriority)
  C(setregid) C(setregid32) C(setresgid) C(setresgid32) C(setresuid) C(setresuid32) C(setreuid) C(setreuid32)
  C(setrlimit) C(setsid) C(setsockopt) C(settimeofday) C(setuid) C(setuid32) C(setxattr) C(setxattrat)
  C(sgetmask) C(shmat) C(shmctl) C(shmdt) C(shmget) C(shutdown) C(sigaction) C(sigaltstack) C(signal)
  C(signalfd) C(signalfd4) C(sigpending) C(sigprocmask) C(sigreturn) C(sigsuspend) C(socket) C(socketcall)
  C(socketpair) C(splice) C(spu_create) C(spu_run) C(ssetmask) C(stat) C(stat64) C(statfs) C(statfs64)
  C(statmount) C(statx) C(stime) C(stty) C(subpage_prot) C(swapcontext) C(swapoff) C(swapon) C(switch_endian)
  C(symlink) C(symlinkat) C(sync) C(sync_file_range) C(sync_file_range2) C(syncfs) C(sysfs) C(sysinfo)
  C(syslog) C(tee) C(tgkill) C(time) C(timer_create) C(timer_delete) C(timer_getoverrun) C(timer_gettime)
  C(timer_gettime64) C(timer_settime) C(timer_settime64) C(timerfd_create) C(timerfd_gettime)
  C(timerfd_gettime64) C(timerfd_settime) C(timerfd_settime64) C(times) C(tkill) C(truncate) C(truncate64)
  C(tuxcall) C(ugetrlimit) C(ulimit) C(umask) C(umount) C(umount2) C(uname) C(unlink) C(unlinkat) C(unshare)
  C(uselib) C(userfaultfd) C(ustat) C(utime) C(utimensat) C(utimensat_time64) C(utimes) C(vfork) C(vhangup)
  C(vm86) C(vm86old) C(vmsplice) C(vserver) C(wait4) C(waitid) C(waitpid) C(write) C(writev)
} ;

#undef C

#endif
