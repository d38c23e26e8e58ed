/* What every TCP socket of the relay is told. */
#ifndef DAEMON_SOCKET_H
#define DAEMON_SOCKET_H

/*
 * No delay, and keepalive: a peer that vanished shows after 60 s (30 s of silence, three questions
 * 10 s apart). Failures do not matter: the connection works without.
 */
void socket_tune(int fd);

#endif
