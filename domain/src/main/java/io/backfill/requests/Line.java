package io.backfill.requests;

/**
 * One physical line of an input, without its line terminator. The bytes belong to the reader and are valid until it reads the next
 * line.
 *
 * @param number from 1; blank lines count
 * @param offset of its first byte in the file; after the byte order mark in the case of a first line that is not too long
 * @param tooLong whether the line is longer than allowed, in which case its bytes are not available
 * @param ascii whether all bytes are known to be ASCII; false means unknown
 */
public record Line(int number, long offset, byte[] buffer, int start, int length, boolean tooLong, boolean ascii) {}
