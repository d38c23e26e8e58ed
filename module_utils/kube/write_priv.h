/*
 * What the files of the writer share: the stages of one object and the requests they send.
 */
#ifndef KUBE_WRITE_PRIV_H
#define KUBE_WRITE_PRIV_H

#include "kube/write.h"

/* Looks at an object anew after somebody else wrote in between, as kubectl. */
enum { KUBE_MAX_REWRITES = 5 };

/* What a stage says after an answer. */
enum kube_next {
    KUBE_NEXT_DONE,  /* the object is dealt with */
    KUBE_NEXT_IDLE,  /* the same, because nothing is there to be changed or removed */
    KUBE_NEXT_STAGE, /* go on with write->stage, now */
    KUBE_NEXT_LATER, /* the same stage again, after a pause */
};

/* One row of the stage table. */
struct kube_stage_row {
    /* Sets write->call up. -1: the object fails. */
    int (*build)(struct kube_writer *writer, struct kube_write *write, struct error **err);
    /* Reads the answer. -1: the object fails. */
    int (*finish)(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                  struct error **err);
};

/* The row of a stage other than KUBE_STAGE_DONE. */
const struct kube_stage_row *kube_stage_row(enum kube_stage stage);

/* The requests: set write->call up for the object as it is. */
void kube_request_get(struct kube_write *write);
int kube_request_write(struct kube_writer *writer, struct kube_write *write, struct error **err);
/* Whether a deletion carries the user's own preconditions; else it carries the uid that was seen.
 */
bool kube_request_demands(const struct kube_writer *writer);
int kube_request_migrate(struct kube_writer *writer, struct kube_write *write, struct error **err);

/* Puts "Failed to <verb> object: <label>: " before the error. */
void kube_write_wrap(const struct kube_write *write, struct error **err);

/* What the write makes of BEFORE, as far as that can be told without the server, owned; NULL when
 * it makes nothing of it. */
json_t *kube_write_expected(const struct kube_writer *writer, const struct kube_write *write,
                            const json_t *before) must_check;
/* Dry run only: what the object would be, as far as that can be told without the server. */
void kube_write_predict(struct kube_writer *writer, struct kube_write *write, const char *why);

/* The answer to a DELETE: it is gone, by ours or before; or what has taken its place since it was
 * looked at goes as well. */
int kube_delete_finish(const struct kube_writer *writer, struct kube_write *write,
                       enum kube_next *next, struct error **err);

/* A write is refused that was sent before: perhaps only because an attempt of which no answer came
 * was carried out. */
bool kube_lost_may_have_done(const struct kube_writer *writer, const struct kube_write *write);
/* Of KUBE_STAGE_LOST: what is there now tells. Else the refusal stands. */
int kube_lost_finish(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                     struct error **err);

/* The run ended: a write that was under way, or of which it was not found out yet whether a lost
 * attempt had done it, fails saying that. */
void kube_lost_leave(struct kube_write *write);

/*
 * Definitions that are written and whose names another one has fail, although the server took
 * them: nothing will ever serve them. An unchanged one is judged by the answer that is there,
 * others are read. Each is judged once.
 */
int kube_writer_check_names(struct kube_writer *writer, struct error **err) must_check;

/* The definition of the run that provides OBJECT's kind, or NULL. */
struct kube_write *kube_writer_provider(const struct kube_writer *writer,
                                        const struct kube_object *object);

/* Makes late objects of WAVE ready to be sent: waits for their definitions, resolves their kinds.
 */
int kube_writer_admit_late(struct kube_writer *writer, unsigned wave, struct error **err);

/* The object is dealt with; takes the error, which may be NULL, over. */
void kube_write_settle_take(struct kube_write *write, struct error *error_take);

/* What is only to be changed, or removed, is left alone where it is not there. */
bool kube_write_is_idle(const struct kube_write *write);
/* The object is dealt with because of that; what was to be changed is missing. */
void kube_write_settle_idle(struct kube_write *write);

/* Judges what was seen of the object in ANSWER: marks a write that would change nothing, keeps
 * VALUE_TAKE for its result and the answer's warnings. VALUE_TAKE may be NULL. */
void kube_write_judge_take(struct kube_writer *writer, struct kube_write *write, json_t *value_take,
                           const struct kube_call *answer);

/* Of kinds and namespaces of which the run has many objects in KUBE_STAGE_GET: looks at them by
 * lists, and moves those that it found, or knows to be absent, to KUBE_STAGE_WRITE. */
int kube_writer_look_by_list(struct kube_writer *writer, struct error **err) must_check;

/* Part of the plan: what the run writes twice has to be written, in whatever state it was seen, and
 * in the order of the input: numbers its turns. */
void kube_writer_number_doubles(struct kube_writer *writer);

/* Settles those writes of WAVE that would change nothing. None when anything before WAVE was
 * changed: it may have changed them too (a namespace that was made anew is empty). */
void kube_writer_settle_unchanged(struct kube_writer *writer, unsigned wave);

/* One pass over a set of objects, all at the same station. */
struct kube_pass {
    struct kube_writer *writer;
    struct kube_write **items; /* owned array of borrowed writes */
    size_t count;
    size_t cursor;             /* the next item that was not started */
    struct kube_write **again; /* owned stack: items with a further stage to go, before new ones */
    size_t again_count;
    enum kube_stage until; /* the run leaves items alone that reach this stage */
    unsigned window;       /* requests that may be in flight; 0 as 1 */
    bool opens;            /* the window opens with every success */
    bool stopped;          /* after a failure nothing new is started */
};

/* A pass that leaves objects alone when they reach the stage UNTIL. */
void kube_pass_init(struct kube_pass *pass, struct kube_writer *writer, enum kube_stage until);
void kube_pass_clear(struct kube_pass *pass);
void kube_pass_add(struct kube_pass *pass, struct kube_write *write);
/* Sends and reads until no object of the pass has a further stage to go. */
int kube_pass_go(struct kube_pass *pass, struct error **err) must_check;

/* Without go_on one failure ends the walk: -1 with the first one, moved. */
int kube_writer_first_error(struct kube_writer *writer, struct error **err) must_check;

#endif
