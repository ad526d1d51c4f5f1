package io.backfill.catalog.jpa;

/**
 * How a page is asked for, so that the database walks the index which has the rows of the list side by side, and no other. The rows
 * are those of equal {@code prefix}, in the order of their ids, behind a cursor. Parameters: {@code :after}, and one
 * named as each column of the prefix.
 */
public enum PageWalk {
    /** For H2. It sorts, unless the order names all columns of the index. */
    EQUAL_PREFIX {
        @Override
        String of(boolean newestFirst, String column, String... before) {
            return equal(before) + column + " = :" + column + " AND id " + (newestFirst ? "<" : ">")
                    + " :after ORDER BY "
                    + String.join(", ", before) + (before.length == 0 ? "" : ", ") + column + ", id"
                    + (newestFirst ? " DESC" : "");
        }
    },
    /**
     * For PostgreSQL. Told that a column is equal, it takes the column out of the order, and then likes to walk along the primary
     * key, past all rows of others. So it is not told.
     */
    ROW_VALUES {
        @Override
        String of(boolean newestFirst, String column, String... before) {
            String direction = newestFirst ? " DESC" : "";
            return equal(before) + column + (newestFirst ? " >= :" : " <= :") + column + " AND (" + column + ", id) "
                    + (newestFirst ? "<" : ">") + " (:" + column + ", :after) ORDER BY " + column + direction + ", id"
                    + direction;
        }
    };

    /**
     * Condition and order of a page, without {@code WHERE}.
     *
     * @param column the last one before the id in the index
     * @param before those before it
     */
    abstract String of(boolean newestFirst, String column, String... before);

    private static String equal(String... columns) {
        StringBuilder equal = new StringBuilder();
        for (String column : columns) {
            equal.append(column).append(" = :").append(column).append(" AND ");
        }
        return equal.toString();
    }
}
