package io.backfill.catalog.jpa;

/**
 * Conditions that make the database read a page by a scan of the index that has the rows of the list in order, and of no
 * other index. The rows are those with equal {@code prefix} columns, in the order of their ids, after a cursor. Parameters:
 * {@code :after}, and one named after each column of the prefix.
 */
public enum PageWalk {
    /** For H2, which sorts unless the order names all columns of the index. */
    EQUAL_PREFIX {
        @Override
        String of(boolean newestFirst, String column, String... before) {
            return equal(before) + column + " = :" + column + " AND id " + (newestFirst ? "<" : ">")
                    + " :after ORDER BY "
                    + String.join(", ", before) + (before.length == 0 ? "" : ", ") + column + ", id"
                    + (newestFirst ? " DESC" : "");
        }

        @Override
        String between(String column, String... before) {
            return "id > :from AND " + of(true, column, before);
        }
    },
    /**
     * For PostgreSQL. Given an equality on the column, the planner drops the column from the order and then tends to scan the
     * primary key, past all rows of other tenants. The condition is therefore not written as an equality.
     */
    ROW_VALUES {
        @Override
        String of(boolean newestFirst, String column, String... before) {
            String direction = newestFirst ? " DESC" : "";
            return equal(before) + column + (newestFirst ? " >= :" : " <= :") + column + " AND (" + column + ", id) "
                    + (newestFirst ? "<" : ">") + " (:" + column + ", :after) ORDER BY " + column + direction + ", id"
                    + direction;
        }

        @Override
        String between(String column, String... before) {
            return equal(before) + "(" + column + ", id) > (:" + column + ", :from) AND (" + column + ", id) < (:"
                    + column + ", :after) ORDER BY " + column + " DESC, id DESC";
        }
    };

    /**
     * Returns condition and order of a page, without {@code WHERE}.
     *
     * @param column the last column before the id in the index
     * @param before the columns before that one
     */
    abstract String of(boolean newestFirst, String column, String... before);

    /**
     * Like {@link #of}, newest first, but ends at a second cursor.
     *
     * @return a condition with one more parameter, {@code :from}, which is exclusive
     */
    abstract String between(String column, String... before);

    private static String equal(String... columns) {
        StringBuilder equal = new StringBuilder();
        for (String column : columns) {
            equal.append(column).append(" = :").append(column).append(" AND ");
        }
        return equal.toString();
    }
}
