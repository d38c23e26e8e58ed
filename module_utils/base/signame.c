#include "base/signame.h"

#include <signal.h>
#include <stddef.h>

#include "base/compiler.h"

static const struct {
    int number;
    const char *name;
} names[] = {
    {SIGHUP, "HUP"},       {SIGINT, "INT"},   {SIGQUIT, "QUIT"},   {SIGILL, "ILL"},
    {SIGTRAP, "TRAP"},     {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},     {SIGFPE, "FPE"},
    {SIGKILL, "KILL"},     {SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"},   {SIGUSR2, "USR2"},
    {SIGPIPE, "PIPE"},     {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},   {SIGSTKFLT, "STKFLT"},
    {SIGCHLD, "CHLD"},     {SIGCONT, "CONT"}, {SIGSTOP, "STOP"},   {SIGTSTP, "TSTP"},
    {SIGTTIN, "TTIN"},     {SIGTTOU, "TTOU"}, {SIGURG, "URG"},     {SIGXCPU, "XCPU"},
    {SIGXFSZ, "XFSZ"},     {SIGPROF, "PROF"}, {SIGIO, "IO"},       {SIGPWR, "PWR"},
    {SIGVTALRM, "VTALRM"}, {SIGSYS, "SYS"},   {SIGWINCH, "WINCH"},
};

const char *signame(int number)
{
    for (size_t i = 0; i < array_length(names); i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return "?";
}
