// SPDX-License-Identifier: MIT
// Families: metrics put together when Prometheus asks, from numbers that live elsewhere.
#pragma once

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fraiseql::server {

/// Collects single numbers into families; numbers of one family come one after the other.
class Families {
  public:
    using Labels = std::map<std::string, std::string>;

    void gauge(const char* name, const char* help, const Labels& labels, double value) {
        add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
    }
    void gauge(const char* name, const char* help, double value) { gauge(name, help, {}, value); }
    void counter(const char* name, const char* help, const Labels& labels, double value) {
        add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
    }
    void counter(const char* name, const char* help, double value) {
        counter(name, help, {}, value);
    }

    std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

  private:
    prometheus::ClientMetric& add(const char* name, const char* help, prometheus::MetricType type,
                                  const Labels& labels) {
        if (families_.empty() || families_.back().name != name) {
            prometheus::MetricFamily family;
            family.name = name;
            family.help = help;
            family.type = type;
            families_.push_back(std::move(family));
        }
        prometheus::ClientMetric metric;
        for (const auto& [label, value] : labels)
            metric.label.push_back({label, value});
        families_.back().metric.push_back(std::move(metric));
        return families_.back().metric.back();
    }

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace fraiseql::server
