package io.backfill.requests;

/**
 * One physical line of an input, without its line end. The bytes belong to the reader and change with the next line.
 *
 * @param number from 1, blank lines counted
 * @param offset of its first byte in the file (of a first line that is not too long: behind the byte order mark)
 * @param tooLong longer than allowed: the bytes are not there
 * @param ascii all bytes are known to be ASCII; false: nobody can tell yet
 */
public record Line(int number, long offset, byte[] buffer, int start, int length, boolean tooLong, boolean ascii) {}
