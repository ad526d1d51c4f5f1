package io.backfill.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ScatterPlotTest {
    private static Document draw(ScatterPlot.Point... points) throws Exception {
        String svg = new ScatterPlot("R&D \"x\" <y>", "lines/s", List.of(new ScatterPlot.Panel("ms", List.of(points))))
                .svg();
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void everyPointShouldHaveACircleAndItsLabel() throws Exception {
        Document picture = draw(
                new ScatterPlot.Point("alone", 0, 84, ScatterPlot.Kind.REFERENCE),
                new ScatterPlot.Point("model<a&b>", 4.04, 2698, ScatterPlot.Kind.OTHER),
                new ScatterPlot.Point("ours", 3.8, 300, ScatterPlot.Kind.OURS));

        assertThat(picture.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(picture.getDocumentElement().getTextContent()).contains("R&D \"x\" <y>", "model<a&b>", "ours");
    }

    @Test
    void whatWasNotMeasuredShouldBeLeftOut() throws Exception {
        Document picture = draw(
                new ScatterPlot.Point("none", 1, Double.NaN, ScatterPlot.Kind.OTHER),
                new ScatterPlot.Point("one", 1, 5, ScatterPlot.Kind.OTHER));

        assertThat(picture.getElementsByTagName("circle").getLength()).isEqualTo(1);
        assertThat(draw().getElementsByTagName("circle").getLength()).isZero();
    }

    @Test
    void labelsOfPointsAtOnePlaceShouldNotCoverEachOther() throws Exception {
        Document picture = draw(
                new ScatterPlot.Point("first", 2, 100, ScatterPlot.Kind.OTHER),
                new ScatterPlot.Point("second", 2, 100, ScatterPlot.Kind.OTHER));

        List<String> places = new java.util.ArrayList<>();
        for (int i = 0; i < picture.getElementsByTagName("text").getLength(); i++) {
            var text = picture.getElementsByTagName("text").item(i);
            if (List.of("first", "second").contains(text.getTextContent())) {
                places.add(text.getAttributes().getNamedItem("x").getNodeValue());
            }
        }
        assertThat(places).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void ticksShouldBeOneTwoAndFiveTimesAPowerOfTen() {
        assertThat(ScatterPlot.ticks(15, 600)).containsExactly(20.0, 50.0, 100.0, 200.0, 500.0);
        assertThat(ScatterPlot.step(4.52)).isEqualTo(0.5);
        assertThat(ScatterPlot.step(20)).isEqualTo(5);
    }
}
