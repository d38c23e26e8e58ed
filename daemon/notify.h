/* What a service manager is told, over the socket of sd_notify(3); nothing where there is none. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/* STATE as "READY=1\nSTATUS=…". Failures do not matter. */
void notify_send(const char *state);
/* Milliseconds between two signs of life that are wanted; 0: none are. */
long long notify_watchdog_ms(void);

#endif
