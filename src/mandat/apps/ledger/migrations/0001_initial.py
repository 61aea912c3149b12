import django.db.models.deletion
import mandat.apps.ledger.models
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('book', models.CharField(max_length=60)),
                        ('code', models.CharField(max_length=120)),
                        ('kind', models.CharField(max_length=40)),
                        ('unit', models.CharField(max_length=10)),
                        ('floor', models.BigIntegerField(null=True)),
                        ('balance', models.BigIntegerField(default=0)),
                        ('opened_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'account',
                        'indexes': [models.Index(models.F('book'), models.F('kind'), name='ledger_kind')],
                        'constraints': [models.UniqueConstraint(models.F('book'), models.F('code'), name='ledger_one_account_a_code'), models.CheckConstraint(condition=models.Q(('floor', None), ('balance__gte', models.F('floor')), _connector='OR'), name='ledger_floor')],
                    },
                ),
                migrations.CreateModel(
                    name='Transaction',
                    fields=[
                        ('id', models.UUIDField(default=mandat.apps.ledger.models.identifier, primary_key=True, serialize=False)),
                        ('book', models.CharField(max_length=60)),
                        ('key', models.CharField(max_length=150)),
                        ('unit', models.CharField(max_length=10)),
                        ('moment', models.DateTimeField()),
                        ('day', models.DateField()),
                        ('reason', models.CharField(max_length=60)),
                        ('actor', models.CharField(blank=True, max_length=60)),
                        ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.transaction')),
                    ],
                    options={
                        'verbose_name': 'transaction',
                        'indexes': [models.Index(models.F('book'), models.F('day'), name='ledger_day')],
                        'constraints': [models.UniqueConstraint(models.F('book'), models.F('key'), name='ledger_one_transaction_a_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Posting',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.transaction')),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.account')),
                        ('amount', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'posting',
                        'indexes': [models.Index(models.F('account'), models.F('id'), name='ledger_account_postings')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='ledger_posting_moves')],
                    },
                ),
                migrations.CreateModel(
                    name='PaymentFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=150, unique=True)),
                        ('message_id', models.CharField(max_length=35, unique=True)),
                        ('execution_on', models.DateField()),
                        ('count', models.PositiveIntegerField()),
                        ('cents', models.BigIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField()),
                        ('state', models.CharField(choices=[('made', 'made'), ('sent', 'sent to the bank'), ('closed', 'answered by the bank')], default='made', max_length=10)),
                        ('emitted_at', models.DateTimeField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'payment file',
                        'ordering': ('-id',),
                    },
                ),
                migrations.CreateModel(
                    name='Payment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='ledger.paymentfile')),
                        ('key', models.CharField(max_length=150, unique=True)),
                        ('end_to_end', models.CharField(max_length=35, unique=True)),
                        ('cents', models.BigIntegerField()),
                        ('account_hint', models.CharField(max_length=4)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('paid', 'paid'), ('refused', 'refused')], default='waiting', max_length=10)),
                        ('settled_on', models.DateField(null=True)),
                        ('detail', models.CharField(blank=True, max_length=140)),
                    ],
                    options={
                        'verbose_name': 'payment',
                        'ordering': ('id',),
                        'constraints': [models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='ledger_payment_positive')],
                    },
                ),
            ]
        ),
    ]
