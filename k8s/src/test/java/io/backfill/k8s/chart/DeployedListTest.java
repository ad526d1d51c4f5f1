package io.backfill.k8s.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The list in README.md must match what the chart deploys. With {@code -Dbackfill.chart.write-list=true} the list is written anew. */
class DeployedListTest {
    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- what is deployed: begin (written by DeployedListTest) -->\n";
    private static final String END = "<!-- what is deployed: end -->";

    @Test
    void readmeShouldListWhatEachValuesFileDeploys() throws IOException {
        String list = list();
        System.out.println(list);
        String readme = Files.readString(README);
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        if (Boolean.getBoolean("backfill.chart.write-list")) {
            Files.writeString(README, readme.substring(0, begin) + list + readme.substring(end));
        } else {
            assertThat(readme.substring(begin, end)).isEqualTo(list);
        }
    }

    private static String list() {
        StringBuilder list = new StringBuilder();
        for (ValuesFile file : ValuesFile.values()) {
            Rendered rendered = Chart.render(file);
            list.append("\n**")
                    .append(file.label())
                    .append("** (")
                    .append(rendered.objects().size())
                    .append(" objects)\n\n");
            rendered.titles().forEach(title -> list.append("* ").append(title).append('\n'));
            if (!file.needs().isEmpty()) {
                list.append("\nNeeds: ").append(String.join(", ", file.needs())).append('\n');
            }
        }
        return list.append('\n').toString();
    }
}
