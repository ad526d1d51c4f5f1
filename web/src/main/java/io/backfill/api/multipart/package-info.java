/**
 * A streaming reader for {@code multipart/form-data}, as every official client sends it: parts in any order, with or without a file
 * name, never buffered. Hand-written, because the one library that streams, Commons FileUpload 2, is a milestone release that undoes
 * file names by rules of its own and cannot tell a form that ends early from one that ends well before its parts are used. Calls
 * {@code errors} only.
 */
@NullMarked
package io.backfill.api.multipart;

import org.jspecify.annotations.NullMarked;
