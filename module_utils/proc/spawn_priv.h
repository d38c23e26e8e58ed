/* What the files behind spawn.h share. For room proc alone. */
#ifndef PROC_SPAWN_PRIV_H
#define PROC_SPAWN_PRIV_H

#include <sys/types.h>

#include "proc/spawn.h"

/* All descriptors are above 2 and close on exec; -1 = there is none. */
struct spawn_pipes {
    int input[2];
    int output[2];
    int error[2];
    int report[2];
};

/* Everything that the child needs, made before the fork: it must not allocate. */
struct spawn_image {
    const char *path;
    char *const *argv;
    char *const *env;
    const char *directory;
};

/* One running program. */
struct spawn_child {
    const struct spawn_options *options;
    struct spawn_result *result;
    struct spawn_pipes pipes;
    pid_t pid;
    size_t sent;
    bool over; /* it has ended; status counts */
    int status;
    long long deadline; /* 0: none */
};

/* image.c: our environment, less what EXTRA (or NULL) replaces, then EXTRA. */
void spawn_environment(const struct strv *extra, struct strv *out);

/* pipes.c: makes those that CHILD's options ask for; closes one end, the child's ends, all. */
int pipes_make(struct spawn_child *child, struct error **err) must_check;
void pipes_close_end(int *fd);
void pipes_close_childs(struct spawn_pipes *pipes);
void pipes_close(struct spawn_pipes *pipes);

/* spawn.c: sets over and status when the program has ended; FLAGS of waitpid. */
void child_look(struct spawn_child *child, int flags);

/* talk.c: moves bytes until the program has ended. On -1 it still runs. */
int child_talk(struct spawn_child *child, struct error **err) must_check;

/* child.c: returns the child's process id, or -1 with errno. */
pid_t child_start(const struct spawn_image *image, const struct spawn_pipes *pipes);

#endif
