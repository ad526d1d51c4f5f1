package io.backfill.benchmarks.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Panels side by side with the same x axis from 0 on and a logarithmic y axis each. Points of kind {@link Kind#OTHER} are joined in
 * the given order; a {@link Kind#REFERENCE} is also a dashed line.
 */
public record ScatterPlot(String title, String xLabel, List<Panel> panels) {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 440;
    private static final int LEFT = 66;
    private static final int RIGHT = 24;
    private static final int TOP = 58;
    private static final int BOTTOM = 52;
    private static final int LETTER = 7;
    private static final int LINE = 15;
    private static final String OURS_COLOR = "#c2410c";
    private static final String OTHER_COLOR = "#1d4ed8";
    private static final String REFERENCE_COLOR = "#4d7c0f";

    /** How a point is drawn. */
    public enum Kind {
        OURS(OURS_COLOR),
        OTHER(OTHER_COLOR),
        REFERENCE(REFERENCE_COLOR);

        private final String color;

        Kind(String color) {
            this.color = color;
        }
    }

    /** One labeled point. */
    public record Point(String label, double x, double y, Kind kind) {}

    /** A y axis with its points. Points with a value that is not positive and finite are left out. */
    public record Panel(String yLabel, List<Point> points) {
        public Panel {
            points = points.stream()
                    .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()) && point.y() > 0)
                    .toList();
        }
    }

    private record Box(double x, double y, double width, double height) {
        boolean meets(Box other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }
    }

    public ScatterPlot {
        panels = List.copyOf(panels);
    }

    /** Returns the picture as a file. */
    public String svg() {
        StringBuilder svg = new StringBuilder();
        int width = WIDTH * panels.size();
        add(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">",
                width,
                HEIGHT,
                width,
                HEIGHT);
        add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
        add(svg, "<text x=\"%d\" y=\"24\" font-size=\"15\" font-weight=\"bold\">%s</text>", LEFT, escape(title));
        for (int i = 0; i < panels.size(); i++) {
            add(svg, "<g transform=\"translate(%d,0)\">", i * WIDTH);
            draw(svg, panels.get(i));
            add(svg, "</g>");
        }
        add(svg, "</svg>");
        return svg.toString();
    }

    private void draw(StringBuilder svg, Panel panel) {
        List<Point> points = panel.points();
        double xStep = step(points.stream().mapToDouble(Point::x).max().orElse(1));
        double xEnd =
                xStep * Math.ceil(points.stream().mapToDouble(Point::x).max().orElse(1) * 1.08 / xStep);
        double low = points.stream().mapToDouble(Point::y).min().orElse(1) / 1.6;
        double high = points.stream().mapToDouble(Point::y).max().orElse(10) * 1.6;
        ToDoubleFunction<Double> across = x -> LEFT + x / xEnd * (WIDTH - LEFT - RIGHT);
        ToDoubleFunction<Double> down =
                y -> TOP + (Math.log(high) - Math.log(y)) / (Math.log(high) - Math.log(low)) * (HEIGHT - TOP - BOTTOM);
        for (double x = 0; x <= xEnd * 1.0001; x += xStep) {
            double at = across.applyAsDouble(x);
            line(svg, at, TOP, at, HEIGHT - BOTTOM, "#e5e5e5", "");
            text(svg, at, HEIGHT - BOTTOM + 18, "middle", number(x));
        }
        for (double y : ticks(low, high)) {
            double at = down.applyAsDouble(y);
            line(svg, LEFT, at, WIDTH - RIGHT, at, "#e5e5e5", "");
            text(svg, LEFT - 7, at + 4, "end", number(y));
        }
        line(svg, LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#444", "");
        line(svg, LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#444", "");
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", xLabel);
        text(svg, WIDTH - RIGHT, TOP - 12, "end", "better: lower and further right");
        text(svg, LEFT, TOP - 12, "start", panel.yLabel());
        for (Point point : points) {
            if (point.kind() == Kind.REFERENCE) {
                double at = down.applyAsDouble(point.y());
                line(svg, LEFT, at, WIDTH - RIGHT, at, Kind.REFERENCE.color, " stroke-dasharray=\"5 4\"");
            }
        }
        join(svg, points, across, down);
        place(svg, points, across, down);
    }

    private static void join(
            StringBuilder svg, List<Point> points, ToDoubleFunction<Double> across, ToDoubleFunction<Double> down) {
        List<Point> others =
                points.stream().filter(point -> point.kind() == Kind.OTHER).toList();
        for (int i = 1; i < others.size(); i++) {
            Point from = others.get(i - 1);
            Point to = others.get(i);
            line(
                    svg,
                    across.applyAsDouble(from.x()),
                    down.applyAsDouble(from.y()),
                    across.applyAsDouble(to.x()),
                    down.applyAsDouble(to.y()),
                    Kind.OTHER.color,
                    " stroke-opacity=\"0.35\"");
        }
    }

    /** Draws the points, and each label at the first place beside its point where it covers nothing else. */
    private static void place(
            StringBuilder svg, List<Point> points, ToDoubleFunction<Double> across, ToDoubleFunction<Double> down) {
        List<Box> taken = new ArrayList<>();
        for (Point point : points) {
            double x = across.applyAsDouble(point.x());
            double y = down.applyAsDouble(point.y());
            taken.add(new Box(x - 6, y - 6, 12, 12));
            if (point.kind() == Kind.REFERENCE) {
                taken.add(new Box(LEFT, y - 1, WIDTH - LEFT - RIGHT, 2));
            }
            add(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>", x, y, point.kind().color);
        }
        for (Point point : points) {
            double x = across.applyAsDouble(point.x());
            double y = down.applyAsDouble(point.y());
            double width = point.label().length() * LETTER;
            List<Box> places = List.of(
                    new Box(x + 9, y - 8, width, LINE),
                    new Box(x - 9 - width, y - 8, width, LINE),
                    new Box(x - width / 2, y - 9 - LINE, width, LINE),
                    new Box(x - width / 2, y + 8, width, LINE),
                    new Box(x + 9, y - 9 - LINE, width, LINE),
                    new Box(x + 9, y + 8, width, LINE),
                    new Box(x - 9 - width, y + 8, width, LINE),
                    new Box(x - 9 - width, y - 9 - LINE, width, LINE));
            Box free = places.stream()
                    .filter(box -> box.x() > LEFT && box.x() + box.width() < WIDTH - 4)
                    .filter(box -> taken.stream().noneMatch(box::meets))
                    .findFirst()
                    .orElse(places.getFirst());
            taken.add(free);
            add(
                    svg,
                    "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\"%s>%s</text>",
                    free.x(),
                    free.y() + LINE - 4,
                    point.kind().color,
                    point.kind() == Kind.OURS ? " font-weight=\"bold\"" : "",
                    escape(point.label()));
        }
    }

    /** Returns a round distance of which four to ten make {@code end}. */
    static double step(double end) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(end, 1e-9))));
        double first = end / power;
        return first < 2 ? power / 4 : first < 5 ? power / 2 : power;
    }

    /** Returns the values 1, 2 and 5 times a power of ten between two values. */
    static List<Double> ticks(double low, double high) {
        List<Double> ticks = new ArrayList<>();
        for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high; power *= 10) {
            for (int first : new int[] {1, 2, 5}) {
                if (first * power >= low && first * power <= high) {
                    ticks.add(first * power);
                }
            }
        }
        return ticks;
    }

    /** Returns text that may be between tags or quotation marks. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String number(double value) {
        return value >= 1000 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3f", value).replaceAll("\\.?0+$", "");
    }

    private static void line(
            StringBuilder svg, double fromX, double fromY, double toX, double toY, String color, String more) {
        add(
                svg,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>",
                fromX,
                fromY,
                toX,
                toY,
                color,
                more);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String words) {
        add(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, escape(words));
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
