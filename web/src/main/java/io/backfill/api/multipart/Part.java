package io.backfill.api.multipart;

import java.io.InputStream;
import java.util.Optional;

/**
 * One part of a form.
 *
 * @param name of the form field
 * @param filename as sent, not cleaned; see {@link Filename}
 * @param encoding value of {@code Content-Encoding}, as sent
 * @param body ends with the part; valid until the next part is read
 */
public record Part(String name, Optional<String> filename, Optional<String> encoding, InputStream body) {}
