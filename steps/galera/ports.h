/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.h - the ports that a Galera node uses, out of its configuration
 */
#ifndef STEPS_GALERA_PORTS_H
#define STEPS_GALERA_PORTS_H

#include <stddef.h>

#include "steps/galera/config.h"

struct galera_port {
	const char *proto; /* "tcp", "udp" */
	unsigned int number;
	const char *purpose; /* "replication", "IST", "SST", "replication, multicast" */
	char setting[64];    /* what moved it from its default: "gmcast.listen_addr"; "" */
};

/* At most: replication tcp, the same udp where multicast is configured, IST, IST's bind, SST. */
#define GALERA_PORTS_MAX 5

/*
 * Fill ports (GALERA_PORTS_MAX), return how many, or -EINVAL naming the setting that is no port. As
 * Galera does it:
 *
 * - base_port: 4567, or the port of wsrep_node_address, or base_port in wsrep_provider_options
 * - replication: the port of gmcast.listen_addr, else base_port; udp too with gmcast.mcast_addr
 * - IST: the port of ist.recv_addr, else base_port + 1; and the port of ist.recv_bind, where the
 *   node binds another than it tells the donor
 * - SST: the port of wsrep_sst_receive_address, else 4444; none with the methods mysqldump (it uses
 *   the client port) and skip
 *
 * Addresses may be IPv6, in brackets where a port follows. A port is listed once.
 */
int galera_ports(const struct galera_config *config, struct galera_port *ports, struct error *err);

#endif
