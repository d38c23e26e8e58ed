/*
 * Which of several archives are kept. Pure: knows names and times, no files and no clock.
 */
#ifndef BACKUP_RETENTION_H
#define BACKUP_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/compiler.h"
#include "base/strv.h"

/* How many are kept of each sort; all of last, daily, weekly and monthly 0: all of them. */
struct backup_keep {
    size_t last;    /* of the newest */
    size_t daily;   /* days that have archives, back from the newest: the newest of each; UTC */
    size_t weekly;  /* ISO weeks, Monday to Sunday */
    size_t monthly; /* calendar months */
    size_t least;   /* stay in any case */
    const struct strv *names; /* stay in any case; NULL: none */
};

/* MOVED: it changed while it was read, or is damaged. UNKNOWN: nobody could look, or not here. */
enum backup_consistent { BACKUP_MOVED, BACKUP_CONSISTENT, BACKUP_UNKNOWN };

/* One archive. */
struct backup_age {
    const char *name; /* borrowed */
    time_t time;      /* that of the name */
    enum backup_consistent consistent;
    bool fresh; /* just written: stays, whatever the clock says */
    bool keep;  /* the answer */
};

/*
 * Sorts ARCHIVES, newest first, and fills in what is kept. Beside the counts these always stay:
 * the fresh one, the newest one known to be consistent (where none is, the newest that may be),
 * those that are named, and as many of the newest as it takes to keep the least.
 */
void backup_retention(struct backup_age *archives, size_t count, const struct backup_keep *keep);

/* The time in the name of an archive, "PREFIX-20260831T010203Z.tar.gz" or with ".cms" behind; false
 * for every other name. */
bool backup_name_parse(const char *name, const char *prefix, time_t *time, bool *encrypted)
    must_check;
/* Such a name, owned. */
char *backup_name_make(const char *prefix, time_t time, bool encrypted) must_check;

#endif
