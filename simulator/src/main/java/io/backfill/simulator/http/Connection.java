package io.backfill.simulator.http;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;

/** One client connection: reads a request, answers it, and repeats until one side closes the connection. */
final class Connection implements Runnable {
    private final Socket socket;
    private final Exchange exchange;

    Connection(Socket socket, Exchange exchange) {
        this.socket = socket;
        this.exchange = exchange;
    }

    @Override
    public void run() {
        try (socket) {
            RequestReader reader = new RequestReader(socket.getInputStream());
            Responder responder = new Responder(socket, reader, socket.getInputStream(), socket.getOutputStream());
            boolean open = true;
            while (open) {
                open = serveOne(reader, responder);
            }
        } catch (IOException clientGone) {
            // The client disconnected; the exchange has recorded this in the ledger.
        }
    }

    private boolean serveOne(RequestReader reader, Responder responder) throws IOException {
        try {
            Optional<HttpRequest> next = reader.nextHead();
            if (next.isEmpty()) {
                return false;
            }
            HttpRequest request = next.get();
            responder.begin(request.keepsAlive());
            if (reader.hasBody()) {
                if (request.header("Expect").isPresent()) {
                    responder.sendContinue();
                }
                reader.readBody();
            }
            exchange.answer(request, responder);
            if (!responder.answered()) {
                throw new IllegalStateException("no answer for " + request.method() + " " + request.path());
            }
        } catch (BadRequestException unreadable) {
            responder.begin(false);
            responder.body().text(String.valueOf(unreadable.getMessage()));
            responder.send(unreadable.status(), "text/plain", responder.body());
            dropRest();
        } catch (RuntimeException bug) {
            bug.printStackTrace();
            if (!responder.answered()) {
                responder.closeAfterwards();
                responder.body().clear();
                responder.send(500, "text/plain", responder.body());
            }
            return false;
        }
        return !responder.closing();
    }

    /**
     * Drops the rest of the body, because closing with unread bytes would reset the connection before the client has
     * read the error.
     */
    private void dropRest() throws IOException {
        socket.shutdownOutput();
        socket.setSoTimeout(2_000);
        byte[] dropped = new byte[64 << 10];
        long left = RequestReader.MAX_BODY;
        int read = 0;
        while (read >= 0 && left > 0) {
            read = socket.getInputStream().read(dropped);
            left -= read;
        }
    }
}
