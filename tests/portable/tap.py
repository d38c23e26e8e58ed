"""A TLS server that hands everything on to another one and tells which protocol its clients chose."""
import select
import socket
import ssl
import threading

PROTOCOLS = ["h2", "http/1.1"]  # in the order that an API server prefers


class Tap:
    """with Tap(pair, upstream_port, upstream_context) as tap: clients go to tap.port; tap.protocols is what they chose.

    The far side is asked for the same protocol as the client has chosen.
    """

    def __init__(self, certificate, key, port: int, context: ssl.SSLContext):
        self.protocols = []
        self._upstream = port
        self._client_context = context
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._context.set_alpn_protocols(PROTOCOLS)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        near = self._context.wrap_socket(plain, server_side=True)
        chosen = near.selected_alpn_protocol()
        self.protocols.append(chosen)
        self._client_context.set_alpn_protocols([chosen or "http/1.1"])
        far = self._client_context.wrap_socket(socket.create_connection(("127.0.0.1", self._upstream)),
                                               server_hostname="127.0.0.1")
        relay(near, far)


def relay(near: ssl.SSLSocket, far: ssl.SSLSocket) -> None:
    """Until either side ends. In one thread: OpenSSL takes no second one that writes while the first reads."""
    other = {near: far, far: near}
    try:
        while True:
            ready = [end for end in other if end.pending()] or select.select([near, far], [], [])[0]
            for end in ready:
                data = end.recv(65536)
                if not data:
                    return
                other[end].sendall(data)
    except OSError:
        pass
    finally:
        near.close()
        far.close()
