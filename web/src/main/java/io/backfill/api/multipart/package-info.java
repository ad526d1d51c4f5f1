/**
 * A streaming reader for {@code multipart/form-data} as all official clients send it: parts in any order, with or without a file
 * name, never buffered. It is hand-written because the only streaming library, Commons FileUpload 2, is a milestone release that
 * rewrites file names by its own rules and cannot report a form that ends early before its parts are used.
 * May call {@code errors}.
 */
@NullMarked
package io.backfill.api.multipart;

import org.jspecify.annotations.NullMarked;
